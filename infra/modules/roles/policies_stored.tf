# Statements about files, stored secrets and alerts. ListBucket is there because S3 answers 403 for a missing object without it.

locals {
  file_statements = { for role, grant in local.grants : role => [for each in [
    {
      given = length(grant.files_read) > 0
      statement = {
        Sid      = "ReadFiles"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for prefix in grant.files_read : "${local.files_arn}/${prefix}*"]
      }
    },
    {
      given = length(grant.files_write) > 0
      statement = {
        Sid      = "WriteFiles"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = [for prefix in grant.files_write : "${local.files_arn}/${prefix}*"]
      }
    },
    {
      given = length(grant.files_read) > 0
      statement = {
        Sid       = "FilesKey"
        Effect    = "Allow"
        Action    = concat(["kms:Decrypt"], length(grant.files_write) > 0 ? ["kms:GenerateDataKey"] : [])
        Resource  = [var.key_arn]
        Condition = { StringEquals = { "kms:ViaService" = ["s3.${local.region}.amazonaws.com"] } }
      }
    },
    {
      given = grant.uploads != ""
      statement = {
        Sid      = "Uploads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectTagging"]
        Resource = ["${local.uploads_arn}/uploads/*"]
      }
    },
    # A copy of a dropped file takes its tags along.
    {
      given = grant.uploads != ""
      statement = {
        Sid      = "Tags"
        Effect   = "Allow"
        Action   = ["s3:PutObjectTagging"]
        Resource = [for prefix in grant.files_write : "${local.files_arn}/${prefix}*"]
      }
    },
    {
      given = grant.mail != ""
      statement = {
        Sid      = "ReceivedMail"
        Effect   = "Allow"
        Action   = concat(["s3:GetObject"], grant.mail == "delete" ? ["s3:DeleteObject"] : [])
        Resource = ["${local.inbound_arn}/${var.inbound_prefix}*"]
      }
    },
    {
      given = length(local.listed[role]) > 0
      statement = {
        Sid      = "Missing"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = local.listed[role]
      }
    },
  ] : each.statement if each.given] }

  listed = { for role, grant in local.grants : role => concat(
    length(grant.files_read) > 0 ? [local.files_arn] : [],
    grant.uploads != "" ? [local.uploads_arn] : [],
    grant.mail != "" ? [local.inbound_arn] : [],
  ) }

  secret_statements = { for role, grant in local.grants : role => [for each in [
    {
      given = length(grant.opens) > 0
      statement = {
        Sid       = "OpenStored"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.key_arn]
        Condition = { StringEquals = { "kms:EncryptionContext:table" = grant.opens } }
      }
    },
    {
      given = length(grant.seals) > 0
      statement = {
        Sid       = "SealStored"
        Effect    = "Allow"
        Action    = ["kms:GenerateDataKey"]
        Resource  = [var.key_arn]
        Condition = { StringEquals = { "kms:EncryptionContext:table" = grant.seals } }
      }
    },
    {
      given = length(concat(grant.opens, grant.seals)) > 0
      statement = {
        Sid      = "NameKey"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = [var.key_arn]
      }
    },
    {
      given = grant.alerts
      statement = {
        Sid      = "Alerts"
        Effect   = "Allow"
        Action   = ["sns:Publish"]
        Resource = [var.alerts_topic_arn]
      }
    },
  ] : each.statement if each.given] }
}
