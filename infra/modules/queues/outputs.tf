output "arns" {
  description = "ARN of each queue by its name in the table."
  value       = { for queue, made in aws_sqs_queue.this : queue => made.arn }
}

output "names" {
  description = "Name of each queue on AWS."
  value       = { for queue, made in aws_sqs_queue.this : queue => made.name }
}

output "dlq_names" {
  description = "Name of each queue's dead-letter queue on AWS."
  value       = { for queue, made in aws_sqs_queue.dead : queue => made.name }
}
