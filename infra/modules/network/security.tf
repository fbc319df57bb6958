# Who may speak to whom. Rules are resources of their own, so that each has a description and can be read alone.

locals {
  # The network's own resolver is always reached; the name servers of others only where this is wanted.
  outbound_rules = merge(
    {
      https      = { protocol = "tcp", port = 443 }
      submission = { protocol = "tcp", port = 587 }
      smtps      = { protocol = "tcp", port = 465 }
    },
    var.ask_name_servers ? {
      dns-tcp = { protocol = "tcp", port = 53 }
      dns-udp = { protocol = "udp", port = 53 }
    } : {},
  )
}

resource "aws_security_group" "functions" {
  name        = "${var.name}-functions"
  description = "Lambda functions: nobody reaches them, they reach HTTPS and mail submission"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-functions" }
}

resource "aws_vpc_security_group_egress_rule" "functions" {
  for_each = local.outbound_rules

  security_group_id = aws_security_group.functions.id
  description       = "To ${each.key}"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-functions-${each.key}" }
}

# Apart from the group of the functions, whose rules stay as documented: HTTPS and mail submission.
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

# Mail submission is for the endpoint email-smtp; the others listen at HTTPS alone.
resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = {
    clients              = { from = aws_security_group.clients.id, port = 443 }
    functions            = { from = aws_security_group.functions.id, port = 443 }
    functions-submission = { from = aws_security_group.functions.id, port = 587 }
    functions-smtps      = { from = aws_security_group.functions.id, port = 465 }
  }

  security_group_id            = aws_security_group.endpoints.id
  description                  = "From ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.from

  tags = { Name = "${var.name}-endpoints-from-${each.key}" }
}
