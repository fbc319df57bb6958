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
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_flow_log.this) == 1 && length(aws_instance.client_host) + length(aws_instance.nat) == 0
    error_message = "The gateway and flow logs are there, the machines are not."
  }
}

run "without_what_costs" {
  command = plan

  variables {
    nat       = "none"
    flow_logs = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_instance.nat) + length(aws_route.private) + length(aws_eip.nat) + length(aws_vpc_endpoint.interface) + length(aws_flow_log.this) == 0
    error_message = "Nothing that costs is left."
  }
}

run "with_a_machine_for_the_gateway" {
  command = plan

  variables {
    nat              = "machine"
    image_id         = "ami-0123456789abcdef0"
    ask_name_servers = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 1 && length(aws_route.private) == 1 && !aws_instance.nat[0].source_dest_check
    error_message = "A machine with a fixed address passes on what others send."
  }

  assert {
    condition     = strcontains(aws_instance.nat[0].user_data, "masquerade") && strcontains(aws_instance.nat[0].user_data, "\ntable ip nat {\n")
    error_message = "It is told to, in a file of nftables' without what would end the text early."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.nat : "${rule.ip_protocol} ${rule.from_port}"]) == toset([for rule in aws_vpc_security_group_egress_rule.functions : "${rule.ip_protocol} ${rule.from_port}"])
    error_message = "It takes what functions may send, and nothing else."
  }
}

run "with_everything_switched_on" {
  command = plan

  variables {
    image_id            = "ami-0123456789abcdef0"
    client_host         = true
    interface_endpoints = ["execute-api", "email", "email-smtp", "sqs", "sns", "kms", "ssm"]
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 7 && alltrue([for made in aws_vpc_endpoint.interface : made.private_dns_enabled])
    error_message = "Each endpoint answers under the service's own name."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.from_port]) == toset([443, 465, 587])
    error_message = "Endpoints are reached at what the services listen at, email-smtp too."
  }

  assert {
    condition     = length(aws_instance.client_host) == 1 && aws_instance.client_host[0].metadata_options[0].http_tokens == "required"
    error_message = "The client host is there and tells its credentials to nobody who merely forwards a request."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    private_subnet_cidrs = ["10.0.2.0/24"]
  }

  expect_failures = [var.private_subnet_cidrs]
}
