output "private_policy" {
  description = "Resource policy of the private API, for Zappa (apigateway_policy)."
  value       = jsonencode(local.private_policy)
}

output "public_domain_target" {
  description = "Where the DNS record of the portal's own name leads (CNAME); null without one."
  value       = try(aws_api_gateway_domain_name.this[0].regional_domain_name, null)
}

output "form_address" {
  description = "Address of the contact form; null without one."
  value       = try("https://${aws_cloudfront_distribution.form[0].domain_name}/", null)
}
