output "key_arn" {
  description = "The key."
  value       = aws_kms_key.this.arn
}

output "secrets_parameter_name" {
  description = "Parameter with the secret settings."
  value       = aws_ssm_parameter.secrets.name
}

output "secrets_parameter_arn" {
  description = "ARN of the parameter with the secret settings."
  value       = aws_ssm_parameter.secrets.arn
}
