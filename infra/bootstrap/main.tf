# The bucket that holds the states of all environments. Applied once per account, with its own state on the disk of whoever
# does it; the bucket can be imported again if that is lost.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.90, < 6.0"
    }
  }
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}

variable "bucket" {
  description = "Its name, unique in the world, e.g. example-org-terraform-states."
  type        = string
}

provider "aws" {
  region = var.region
}

resource "aws_s3_bucket" "states" {
  bucket = var.bucket

  lifecycle {
    prevent_destroy = true # the states of living environments
  }
}

resource "aws_s3_bucket_versioning" "states" {
  bucket = aws_s3_bucket.states.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "states" {
  bucket = aws_s3_bucket.states.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "states" {
  bucket = aws_s3_bucket.states.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

output "bucket" {
  description = "For backend.hcl of each environment."
  value       = aws_s3_bucket.states.bucket
}
