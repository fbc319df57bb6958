# The network as it is documented: addresses, and who may speak to whom.

mock_provider "aws" {
  source = "../postroom/tests/mocks"
}

variables {
  name               = "postroom-example"
  log_retention_days = 14
}

run "as_documented" {
  command = plan

  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16" && aws_vpc.this.enable_dns_support && aws_vpc.this.enable_dns_hostnames
    error_message = "The network is 10.0.0.0/16 with DNS support and host names."
  }

  assert {
    condition     = aws_subnet.public.cidr_block == "10.0.1.0/24" && aws_subnet.private[0].cidr_block == "10.0.2.0/24"
    error_message = "The public subnet is 10.0.1.0/24, the first private one 10.0.2.0/24."
  }

  assert {
    condition     = aws_subnet.private[0].availability_zone != aws_subnet.private[1].availability_zone
    error_message = "The database needs two zones."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.functions : rule.from_port]) == toset([443, 465, 587])
    error_message = "Functions reach HTTPS and mail submission, nothing else."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.functions : rule.from_port == rule.to_port])
    error_message = "Functions reach single ports."
  }

  assert {
    condition     = toset(keys(aws_vpc_endpoint.gateway)) == toset(["s3", "dynamodb"])
    error_message = "S3 and DynamoDB are reached free of charge."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_flow_log.this) == 1 && length(aws_instance.client_host) == 0
    error_message = "NAT and flow logs are there, the client host is not."
  }
}

run "without_what_costs" {
  command = plan

  variables {
    nat_gateway = false
    flow_logs   = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_vpc_endpoint.interface) + length(aws_flow_log.this) == 0
    error_message = "Nothing that costs is left."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    private_subnet_cidrs = ["10.0.2.0/24"]
  }

  expect_failures = [var.private_subnet_cidrs]
}
