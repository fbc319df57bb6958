output "zappa" {
  description = "What zappa_settings.json takes from Terraform."
  value = {
    aws_region         = local.region
    s3_bucket          = module.storage.bucket_names["packages"]
    role_arn           = module.roles.role_arns["web"]
    role_name          = module.roles.role_names["web"]
    subnet_ids         = local.network.subnet_ids
    security_group_ids = local.network.security_group_ids
    private_api_policy = module.api.private_policy
    vpc_endpoint_id    = module.network.execute_api_endpoint_id
    xray_tracing       = var.tracing
    runtime            = var.runtime
    architecture       = var.arm64 ? "arm64" : "x86_64"
    concurrency        = var.reserve_concurrency ? local.table.web_concurrency : {}
  }
}

output "environment" {
  description = "Settings of web and workers, without secrets."
  value       = local.environment
}

output "name" {
  description = "QUEUE_PREFIX."
  value       = var.name
}

output "secrets_parameter_name" {
  description = "Parameter with the secret settings."
  value       = module.keys.secrets_parameter_name
}

output "key_arn" {
  description = "Key of secrets and files."
  value       = module.keys.key_arn
}

output "buckets" {
  description = "Buckets by purpose."
  value       = module.storage.bucket_names
}

output "queue_names" {
  description = "Queues by their name in the table."
  value       = module.queues.names
}

output "dlq_names" {
  description = "Dead-letter queues."
  value       = module.queues.dlq_names
}

output "topic_arns" {
  description = "Topics: ses-events, inbound, alerts."
  value       = module.topics.arns
}

output "role_arns" {
  description = "Role of each function."
  value       = module.roles.role_arns
}

output "role_policies" {
  description = "Policy of each role, as text."
  value       = module.roles.policies
}

output "function_names" {
  description = "Worker functions by purpose."
  value       = module.workers.function_names
}

output "schedules" {
  description = "Rule of each scheduled task."
  value       = module.workers.schedules
}

output "dns_records" {
  description = "Every DNS record that domains and the portal need."
  value = concat(
    module.ses.dns_records,
    var.public_domain != null ? [{
      name  = var.public_domain.name
      type  = "CNAME"
      value = module.api.public_domain_target
      why   = "The portal's own name"
    }] : [],
  )
}

output "smtp_endpoint" {
  description = "Where SMTP users send to."
  value       = "email-smtp.${local.region}.amazonaws.com:587"
}

output "database_host" {
  description = "The database or its proxy."
  value       = module.database.host
}

output "nat_address" {
  description = "Address that others see, for their allow lists."
  value       = module.network.nat_address
}

output "client_host_id" {
  description = "The client host; open it with `aws ssm start-session --target ID`."
  value       = module.network.client_host_id
}

output "client_security_group_id" {
  description = "Group for machines that ask the private API."
  value       = module.network.client_security_group_id
}

output "form_address" {
  description = "The static contact form."
  value       = module.api.form_address
}

output "alarm_names" {
  description = "Every alarm."
  value       = module.monitoring.alarm_names
}
