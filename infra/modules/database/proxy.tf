# The proxy needs the password in Secrets Manager (0.40 USD a month); it is written there without passing through the state.

locals {
  has_proxy = var.proxy && local.exists
}

resource "aws_secretsmanager_secret" "proxy" {
  count = local.has_proxy ? 1 : 0

  name                    = "${var.name}/database"
  description             = "Login of the database for its proxy"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.protect ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "proxy" {
  count = local.has_proxy ? 1 : 0

  secret_id                = aws_secretsmanager_secret.proxy[0].id
  secret_string_wo         = jsonencode({ username = "postroom", password = var.password })
  secret_string_wo_version = var.password_version
}

resource "aws_iam_role" "proxy" {
  count = local.has_proxy ? 1 : 0

  name                 = "${var.name}-database-proxy"
  description          = "The database's proxy: reads its login"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "proxy" {
  count = local.has_proxy ? 1 : 0

  name = "read-login"
  role = aws_iam_role.proxy[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = aws_secretsmanager_secret.proxy[0].arn },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = var.key_arn },
    ]
  })
}

resource "aws_db_proxy" "this" {
  count = local.has_proxy ? 1 : 0

  name                   = var.name
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.proxy[0].arn
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [var.security_group_id]
  require_tls            = true
  idle_client_timeout    = 900

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "DISABLED"
    secret_arn  = aws_secretsmanager_secret.proxy[0].arn
  }

  depends_on = [aws_iam_role_policy.proxy, aws_secretsmanager_secret_version.proxy]
}

resource "aws_db_proxy_default_target_group" "this" {
  count = local.has_proxy ? 1 : 0

  db_proxy_name = aws_db_proxy.this[0].name

  connection_pool_config {
    max_connections_percent      = 90
    max_idle_connections_percent = 30
    connection_borrow_timeout    = 10
  }
}

resource "aws_db_proxy_target" "this" {
  count = local.has_proxy ? 1 : 0

  db_proxy_name          = aws_db_proxy.this[0].name
  target_group_name      = aws_db_proxy_default_target_group.this[0].name
  db_cluster_identifier  = local.is_aurora ? aws_rds_cluster.this[0].cluster_identifier : null
  db_instance_identifier = local.is_instance ? aws_db_instance.this[0].identifier : null

  depends_on = [aws_rds_cluster_instance.this]
}
