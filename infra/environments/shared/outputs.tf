output "postroom" {
  description = "Everything that the deploy command and people need to know."
  value       = module.postroom
}

output "dns_records" {
  description = "Every DNS record to set."
  value       = module.postroom.dns_records
}
