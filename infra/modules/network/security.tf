# Who may speak to whom. Rules are resources of their own, so that each has a description and can be read alone.

locals {
  outbound_ports = {
    https      = 443
    submission = 587
    smtps      = 465
  }
}

resource "aws_security_group" "functions" {
  name        = "${var.name}-functions"
  description = "Lambda functions: nobody reaches them, they reach HTTPS and mail submission"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-functions" }
}

resource "aws_vpc_security_group_egress_rule" "functions" {
  for_each = local.outbound_ports

  security_group_id = aws_security_group.functions.id
  description       = "To ${each.key}"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-functions-${each.key}" }
}

# The network's own resolver is always reached; the name servers of others only where this is wanted.
resource "aws_vpc_security_group_egress_rule" "name_servers" {
  for_each = toset(var.ask_name_servers ? ["tcp", "udp"] : [])

  security_group_id = aws_security_group.functions.id
  description       = "To name servers by ${each.key}"
  ip_protocol       = each.key
  from_port         = 53
  to_port           = 53
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-functions-dns-${each.key}" }
}

# Apart from the group of the functions, whose three rules stay as documented.
resource "aws_security_group" "database_clients" {
  name        = "${var.name}-database-clients"
  description = "Those who may reach the database"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-database-clients" }
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "The database and its proxy"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_egress_rule" "database_clients" {
  security_group_id            = aws_security_group.database_clients.id
  description                  = "To PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id

  tags = { Name = "${var.name}-to-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from its clients"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_clients.id

  tags = { Name = "${var.name}-database-from-clients" }
}

# The proxy shares the group of the database behind it.
resource "aws_vpc_security_group_ingress_rule" "database_proxy" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the proxy"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id

  tags = { Name = "${var.name}-database-from-proxy" }
}

resource "aws_vpc_security_group_egress_rule" "database_proxy" {
  security_group_id            = aws_security_group.database.id
  description                  = "The proxy to PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id

  tags = { Name = "${var.name}-proxy-to-database" }
}

resource "aws_security_group" "endpoints" {
  name        = "${var.name}-endpoints"
  description = "Interface endpoints of AWS services"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = {
    functions = aws_security_group.functions.id
    clients   = aws_security_group.clients.id
  }

  security_group_id            = aws_security_group.endpoints.id
  description                  = "HTTPS from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value

  tags = { Name = "${var.name}-endpoints-from-${each.key}" }
}
