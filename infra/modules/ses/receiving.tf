# Receiving: mail for our domains goes into the bucket, and the topic is told.

locals {
  receiving_domains = sort([for domain, wish in var.domains : domain if wish.receives])
}

resource "aws_ses_receipt_rule_set" "this" {
  count = length(local.receiving_domains) > 0 ? 1 : 0

  rule_set_name = var.name
}

resource "aws_ses_receipt_rule" "store" {
  count = length(local.receiving_domains) > 0 ? 1 : 0

  name          = "store"
  rule_set_name = aws_ses_receipt_rule_set.this[0].rule_set_name
  recipients    = local.receiving_domains
  enabled       = true
  scan_enabled  = true
  tls_policy    = "Optional"

  s3_action {
    position          = 1
    bucket_name       = var.inbound_bucket
    object_key_prefix = var.inbound_prefix
    topic_arn         = var.inbound_topic_arn
  }
}

resource "aws_ses_active_receipt_rule_set" "this" {
  count = var.activate_receipt_rules && length(local.receiving_domains) > 0 ? 1 : 0

  rule_set_name = aws_ses_receipt_rule.store[0].rule_set_name
}
