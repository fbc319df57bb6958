# The key that seals stored secrets and files (1 USD a month), and the parameter that holds the secret settings (free).

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  root_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
}

resource "aws_kms_key" "this" {
  description             = "Postroom: secrets in the database, files, secret settings"
  enable_key_rotation     = true
  deletion_window_in_days = var.protect ? 30 : 7

  # The account decides by its roles' policies who may use the key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = local.root_arn }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_ssm_parameter" "secrets" {
  name             = "/${var.name}/secrets"
  description      = "Secret settings of Postroom as one object of JSON"
  type             = "SecureString"
  key_id           = aws_kms_key.this.arn
  value_wo         = jsonencode(var.secrets)
  value_wo_version = var.secrets_version
}
