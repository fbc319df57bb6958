output "role_arns" {
  description = "Role by function, and web; perhaps celery."
  value       = { for role, made in aws_iam_role.this : role => made.arn }
}

output "role_names" {
  description = "Name of each role."
  value       = { for role, made in aws_iam_role.this : role => made.name }
}

# Known once its policy stands: a function made before could not start.
output "ready_role_arns" {
  description = "Role by function, with its policy."
  value       = { for role, policy in aws_iam_role_policy.this : role => aws_iam_role.this[role].arn if policy.id != "" }
}

output "smtp_user_path" {
  description = "Path of the IAM users that the portal makes."
  value       = local.user_path
}

output "smtp_user_boundary_arn" {
  description = "Boundary of the IAM users that the portal makes."
  value       = aws_iam_policy.user_boundary.arn
}

output "policies" {
  description = "The policy of each role, as text; the tests read it."
  value       = { for role, policy in aws_iam_role_policy.this : role => policy.policy }
}
