# The database, in private subnets, encrypted, behind TLS (PostgreSQL 15 and later refuse anything else on RDS).

locals {
  is_aurora   = var.kind == "aurora"
  is_instance = var.kind == "instance"
  exists      = var.kind != "none"
}

resource "aws_db_subnet_group" "this" {
  count = local.exists ? 1 : 0

  name        = var.name
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_rds_cluster" "this" {
  count = local.is_aurora ? 1 : 0

  cluster_identifier           = var.name
  engine                       = "aurora-postgresql"
  engine_mode                  = "provisioned"
  engine_version               = var.engine_version
  database_name                = "postroom"
  master_username              = "postroom"
  master_password_wo           = var.password
  master_password_wo_version   = var.password_version
  db_subnet_group_name         = aws_db_subnet_group.this[0].name
  vpc_security_group_ids       = [var.security_group_id]
  storage_encrypted            = true
  kms_key_id                   = var.key_arn
  backup_retention_period      = var.protect ? 14 : 1
  deletion_protection          = var.protect
  skip_final_snapshot          = !var.protect
  final_snapshot_identifier    = var.protect ? "${var.name}-final" : null
  copy_tags_to_snapshot        = true
  preferred_backup_window      = "02:00-03:00"
  preferred_maintenance_window = "sun:03:30-sun:04:30"

  serverlessv2_scaling_configuration {
    min_capacity = var.capacity.least
    max_capacity = var.capacity.most
  }
}

resource "aws_rds_cluster_instance" "this" {
  count = local.is_aurora ? (var.multi_az ? 2 : 1) : 0

  identifier                   = "${var.name}-${count.index + 1}"
  cluster_identifier           = aws_rds_cluster.this[0].id
  engine                       = aws_rds_cluster.this[0].engine
  engine_version               = aws_rds_cluster.this[0].engine_version
  instance_class               = "db.serverless"
  performance_insights_enabled = true
}

resource "aws_db_instance" "this" {
  count = local.is_instance ? 1 : 0

  identifier                 = var.name
  engine                     = "postgres"
  engine_version             = var.engine_version
  instance_class             = var.instance_class
  allocated_storage          = var.storage_gb
  max_allocated_storage      = var.storage_gb * 4
  storage_type               = "gp3"
  storage_encrypted          = true
  kms_key_id                 = var.key_arn
  db_name                    = "postroom"
  username                   = "postroom"
  password_wo                = var.password
  password_wo_version        = var.password_version
  db_subnet_group_name       = aws_db_subnet_group.this[0].name
  vpc_security_group_ids     = [var.security_group_id]
  multi_az                   = var.multi_az
  publicly_accessible        = false
  backup_retention_period    = var.protect ? 14 : 1
  backup_window              = "02:00-03:00"
  maintenance_window         = "sun:03:30-sun:04:30"
  deletion_protection        = var.protect
  skip_final_snapshot        = !var.protect
  final_snapshot_identifier  = var.protect ? "${var.name}-final" : null
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true
}
