output "arns" {
  description = "ARN of each topic, known once AWS's services may write to it: ses-events, inbound, alerts."
  value       = { for topic, policy in aws_sns_topic_policy.this : topic => policy.arn }
}
