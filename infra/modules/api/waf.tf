# The firewall: one address at a time, and AWS's lists. Bodies are judged by the portal itself, whose limits are larger.

resource "aws_wafv2_web_acl" "this" {
  count = var.waf ? 1 : 0

  name        = var.name
  description = "Public stage of Postroom"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 1

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.waf_requests_per_5_minutes
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-rate"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = {
      AWSManagedRulesCommonRuleSet         = { priority = 2, counted = ["SizeRestrictions_BODY", "CrossSiteScripting_BODY"] }
      AWSManagedRulesKnownBadInputsRuleSet = { priority = 3, counted = [] }
    }

    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"

          # Templates of mails are long and hold markup.
          dynamic "rule_action_override" {
            for_each = rule.value.counted

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count = var.waf && var.public_api != null ? 1 : 0

  resource_arn = "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.name}::/restapis/${var.public_api.rest_api_id}/stages/${var.public_api.stage}"
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}
