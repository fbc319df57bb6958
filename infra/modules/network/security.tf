# Who may speak to whom. Rules are resources of their own, so that each has a description and can be read alone.

locals {
  # database-clients stands apart from functions, whose rules stay as documented: HTTPS and mail submission.
  groups = merge(
    {
      functions        = "Lambda functions: nobody reaches them, they reach HTTPS and mail submission"
      database-clients = "Those who may reach the database"
      database         = "The database and its proxy"
      endpoints        = "Interface endpoints of AWS services"
      clients          = "Clients of the private API: nobody reaches them, they reach HTTPS"
    },
    local.has_machine ? { nat = "The machine that is the way out: what functions may send, and no more" } : {},
  )
  group_ids = { for name, group in aws_security_group.this : name => group.id }

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

resource "aws_security_group" "this" {
  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "functions" {
  for_each = local.outbound_rules

  security_group_id = local.group_ids["functions"]
  description       = "To ${each.key}"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = "0.0.0.0/0"

  tags = { Name = "${var.name}-functions-${each.key}" }
}

# The proxy shares the group of the database behind it, and asks it as the functions ask the proxy.
resource "aws_vpc_security_group_egress_rule" "database" {
  for_each = toset(["database-clients", "database"])

  security_group_id            = local.group_ids[each.key]
  description                  = "To PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = local.group_ids["database"]

  tags = { Name = "${var.name}-${each.key}-to-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = toset(["database-clients", "database"])

  security_group_id            = local.group_ids["database"]
  description                  = "PostgreSQL from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = local.group_ids[each.key]

  tags = { Name = "${var.name}-database-from-${each.key}" }
}

# Mail submission is for the endpoint email-smtp; the others listen at HTTPS alone.
resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = {
    clients              = { from = local.group_ids["clients"], port = 443 }
    functions            = { from = local.group_ids["functions"], port = 443 }
    functions-submission = { from = local.group_ids["functions"], port = 587 }
    functions-smtps      = { from = local.group_ids["functions"], port = 465 }
  }

  security_group_id            = local.group_ids["endpoints"]
  description                  = "From ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.from

  tags = { Name = "${var.name}-endpoints-from-${each.key}" }
}
