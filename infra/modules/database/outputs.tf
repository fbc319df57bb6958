output "host" {
  description = "Where the functions find the database: the proxy, or the database itself; \"\" without one."
  value = try(
    aws_db_proxy.this[0].endpoint,
    aws_rds_cluster.this[0].endpoint,
    aws_db_instance.this[0].address,
    "",
  )
}

output "identifier" {
  description = "Name of the database for its metrics; \"\" without one."
  value       = local.exists ? var.name : ""
}

output "is_aurora" {
  description = "Whether the metrics are those of a cluster."
  value       = local.is_aurora
}
