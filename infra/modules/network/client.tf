# Machines of ours that ask the private API: a group for them, and optionally one such machine.

data "aws_partition" "current" {}

data "aws_ssm_parameter" "image" {
  count = (var.client_host || local.has_machine) && var.image_id == "" ? 1 : 0

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

locals {
  image_id = try(data.aws_ssm_parameter.image[0].value, var.image_id)
}

resource "aws_vpc_security_group_egress_rule" "clients" {
  security_group_id = local.group_ids["clients"]
  description       = "To HTTPS: the private API, Session Manager, updates"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-clients-https" }
}

resource "aws_iam_role" "client_host" {
  count = var.client_host ? 1 : 0

  name                 = "${var.name}-client-host"
  description          = "The client host: reached by Session Manager"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "client_host" {
  count = var.client_host ? 1 : 0

  role       = aws_iam_role.client_host[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "client_host" {
  count = var.client_host ? 1 : 0

  name = "${var.name}-client-host"
  role = aws_iam_role.client_host[0].name
}

resource "aws_instance" "client_host" {
  count = var.client_host ? 1 : 0

  ami                    = local.image_id
  instance_type          = "t4g.nano"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [local.group_ids["clients"]]
  iam_instance_profile   = aws_iam_instance_profile.client_host[0].name

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  root_block_device {
    encrypted   = true
    volume_size = 8
  }

  lifecycle {
    ignore_changes = [ami] # a newer image is no reason to replace the machine
  }

  tags = { Name = "${var.name}-client" }
}

resource "aws_eip" "client_host" {
  count = var.client_host ? 1 : 0

  domain   = "vpc"
  instance = aws_instance.client_host[0].id

  tags = { Name = "${var.name}-client" }
}
