output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Where functions, database and endpoints are."
  value       = aws_subnet.private[*].id
}

output "function_security_group_ids" {
  description = "Groups of every function: the ways out, and the database."
  value       = [local.group_ids["functions"], local.group_ids["database-clients"]]
}

output "database_security_group_id" {
  description = "Group of the database and its proxy."
  value       = local.group_ids["database"]
}

output "client_security_group_id" {
  description = "Group for machines that ask the private API."
  value       = local.group_ids["clients"]
}

output "execute_api_endpoint_id" {
  description = "Endpoint through which the private API is asked; null without one."
  value       = try(aws_vpc_endpoint.interface["execute-api"].id, null)
}

output "nat_address" {
  description = "Address from which the functions reach others, for their allow lists; null without NAT."
  value       = try(aws_eip.nat[0].public_ip, null)
}

output "client_host_id" {
  description = "Instance of the client host; null without one."
  value       = try(aws_instance.client_host[0].id, null)
}
