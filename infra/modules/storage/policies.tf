# Who besides the roles of this account may write: S3's access logs, and SES the mail it receives.

locals {
  account_id  = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  bucket_arns = { for purpose, name in local.buckets : purpose => "arn:${local.partition}:s3:::${name}" }

  writers = {
    logs = [{
      Sid       = "AccessLogs"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.bucket_arns["logs"]}/*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
    inbound = [{
      Sid       = "ReceivedMail"
      Effect    = "Allow"
      Principal = { Service = "ses.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.bucket_arns["inbound"]}/*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ses:*:${local.account_id}:receipt-rule-set/*" }
      }
    }]
    form = [{
      Sid       = "CloudFront"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = try("${local.bucket_arns["form"]}/*", "")
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [local.bucket_arns[each.key], "${local.bucket_arns[each.key]}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      try(local.writers[each.key], []),
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
