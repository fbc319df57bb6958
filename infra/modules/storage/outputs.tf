output "bucket_names" {
  description = "Buckets by purpose: files, uploads, inbound, packages, logs, perhaps form."
  value       = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.id }
}

output "form_bucket_domain" {
  description = "Where CloudFront finds the form's bucket; null without one."
  value       = try(aws_s3_bucket.this["form"].bucket_regional_domain_name, null)
}

output "inbound_bucket_ready" {
  description = "Name of the inbound bucket, known once SES may write to it."
  value       = aws_s3_bucket_policy.this["inbound"].bucket
}
