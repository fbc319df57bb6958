output "function_names" {
  description = "Worker functions by purpose; none before there is a package."
  value       = { for function, made in aws_lambda_function.this : function => made.function_name }
}

output "mappings" {
  description = "Id of the mapping of each queue."
  value       = { for queue, made in aws_lambda_event_source_mapping.this : queue => made.uuid }
}

output "schedules" {
  description = "Rule of each scheduled task."
  value       = { for task, made in aws_cloudwatch_event_rule.this : task => made.name }
}

output "log_group_names" {
  description = "Log group of each function."
  value       = { for function, made in aws_cloudwatch_log_group.this : function => made.name }
}
