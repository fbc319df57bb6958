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

run "two_machines_and_a_proxy" {
  command = plan

  variables {
    multi_az = true
    proxy    = true
  }

  assert {
    condition     = length(aws_rds_cluster_instance.this) == 2 && length(aws_db_proxy.this) == 1 && aws_db_proxy.this[0].require_tls
    error_message = "The second machine and the proxy are made; the proxy speaks TLS alone."
  }
}

run "an_instance_with_a_proxy" {
  command = plan

  variables {
    kind  = "instance"
    proxy = true
  }

  assert {
    condition     = aws_db_proxy_target.this[0].db_instance_identifier == "postroom-example" && length(aws_rds_cluster.this) == 0
    error_message = "The proxy stands before the instance."
  }
}

run "a_database_elsewhere" {
  command = plan

  variables {
    kind  = "none"
    proxy = true
  }

  assert {
    condition     = length(aws_rds_cluster.this) + length(aws_db_instance.this) + length(aws_db_proxy.this) + length(aws_db_subnet_group.this) == 0 && output.host == ""
    error_message = "Nothing is made."
  }
}

run "minor_versions_are_amazons_to_choose" {
  command = plan

  assert {
    condition     = can(regex("^[0-9]+$", aws_rds_cluster.this[0].engine_version))
    error_message = "A minor version that is named cannot be had for long, and an upgrade by AWS would be undone by the next apply."
  }
}
