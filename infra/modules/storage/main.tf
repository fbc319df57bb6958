# Buckets: none is public, all are encrypted, all refuse plain HTTP.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  # What expires: prefix ("" = all) to days.
  expiry = merge(
    {
      files    = { "incoming/" = 2 }
      uploads  = { "" = var.uploads_days }
      inbound  = { "" = var.inbound_days }
      packages = { "" = 365 }
      logs     = { "" = var.access_log_days }
    },
    var.form_bucket ? { form = {} } : {},
  )
  buckets = { for purpose in keys(local.expiry) : purpose => "${var.bucket_prefix}-${purpose}" }
  logged  = toset([for purpose in keys(local.expiry) : purpose if purpose != "logs"])
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  bucket        = each.value
  force_destroy = !var.protect
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Only the portal writes `files`, so they are under our key; AWS services and partners write the others.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    bucket_key_enabled = each.key == "files"

    apply_server_side_encryption_by_default {
      sse_algorithm     = each.key == "files" ? "aws:kms" : "AES256"
      kms_master_key_id = each.key == "files" ? var.key_arn : null
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = toset(["files", "packages"])

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "unfinished"
    status = "Enabled"

    filter {
      prefix = ""
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  dynamic "rule" {
    for_each = local.expiry[each.key]

    content {
      id     = "expire-${trim(coalesce(rule.key, "all"), "/")}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = local.logged

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = aws_s3_bucket.this["logs"].id
  target_prefix = "${each.key}/"

  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_cors_configuration" "files" {
  bucket = aws_s3_bucket.this["files"].id

  cors_rule {
    allowed_origins = var.public_origins
    allowed_methods = ["GET", "POST"]
    allowed_headers = ["*"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.this["uploads"].id

  queue {
    queue_arn     = var.uploads_queue_arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "uploads/"
    filter_suffix = ".csv"
  }
}
