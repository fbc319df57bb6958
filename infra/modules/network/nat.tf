# The private subnets' way out: a NAT gateway of AWS's, or a small machine that does the same for a fifth of the price and
# is one machine.

locals {
  has_gateway = var.nat == "gateway"
  has_machine = var.nat == "machine"
}

resource "aws_eip" "nat" {
  count = var.nat == "none" ? 0 : 1

  domain   = "vpc"
  instance = local.has_machine ? aws_instance.nat[0].id : null

  tags = { Name = "${var.name}-nat" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count = local.has_gateway ? 1 : 0

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.public.id

  tags = { Name = var.name }
}

resource "aws_instance" "nat" {
  count = local.has_machine ? 1 : 0

  ami                    = local.image_id
  instance_type          = "t4g.nano"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [local.group_ids["nat"]]
  source_dest_check      = false # it passes on what is not its own

  # Amazon Linux's packages come from S3, which the gateway endpoint reaches before the machine has its address; dnf needs
  # more than its half GB of memory.
  user_data = <<-SCRIPT
    #!/bin/sh
    echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf
    sysctl --system
    dd if=/dev/zero of=/swap bs=1M count=512 && chmod 600 /swap && mkswap /swap && swapon /swap
    until dnf install -y nftables; do sleep 5; done
    cat > /etc/sysconfig/nftables.conf <<'RULES'
    table ip nat {
      chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr ${var.vpc_cidr} ip daddr != ${var.vpc_cidr} masquerade
      }
    }
    RULES
    systemctl enable --now nftables
  SCRIPT

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  credit_specification {
    cpu_credits = "standard" # slower when it is busy all day, never dearer
  }

  root_block_device {
    encrypted   = true
    volume_size = 8
    volume_type = "gp3"
  }

  lifecycle {
    ignore_changes = [ami] # replaced on purpose, see docs/terraform.md: meanwhile nothing gets out
  }

  tags = { Name = "${var.name}-nat" }
}

resource "aws_route" "private" {
  count = var.nat == "none" ? 0 : 1

  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = local.has_gateway ? aws_nat_gateway.this[0].id : null
  network_interface_id   = local.has_machine ? aws_instance.nat[0].primary_network_interface_id : null
}

# Nobody logs in: it has no key, no role and no port but those that it passes on.
resource "aws_vpc_security_group_ingress_rule" "nat" {
  for_each = local.has_machine ? local.outbound_rules : {}

  security_group_id            = local.group_ids["nat"]
  description                  = "From functions to ${each.key}"
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = local.group_ids["functions"]

  tags = { Name = "${var.name}-nat-from-functions-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "nat" {
  for_each = local.has_machine ? local.outbound_rules : {}

  security_group_id = local.group_ids["nat"]
  description       = "To ${each.key}"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-nat-${each.key}" }
}
