# What is protected refuses to be destroyed; what is not leaves nothing behind.

mock_provider "aws" {
  source = "../postroom/tests/mocks"
}

variables {
  name              = "postroom-example"
  kind              = "aurora"
  protect           = true
  subnet_ids        = ["subnet-1", "subnet-2"]
  security_group_id = "sg-1"
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/0"
  password          = "example"
  password_version  = 1
}

run "a_protected_cluster" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this[0].deletion_protection && !aws_rds_cluster.this[0].skip_final_snapshot && aws_rds_cluster.this[0].storage_encrypted
    error_message = "It refuses to be deleted, leaves a snapshot, and is encrypted."
  }
}

run "a_protected_instance" {
  command = plan

  variables {
    kind = "instance"
  }

  assert {
    condition     = aws_db_instance.this[0].deletion_protection && !aws_db_instance.this[0].skip_final_snapshot && !aws_db_instance.this[0].publicly_accessible
    error_message = "It refuses to be deleted, leaves a snapshot, and nobody outside reaches it."
  }
}

run "one_that_may_go" {
  command = plan

  variables {
    protect = false
  }

  assert {
    condition     = !aws_rds_cluster.this[0].deletion_protection && aws_rds_cluster.this[0].skip_final_snapshot
    error_message = "It goes without a trace."
  }
}
