# What Zappa cannot set on the APIs that it makes: limits, firewall, own domain. The private API's policy is rendered here and
# given to Zappa. APIs exist only after the first deployment, so they come as variables.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  stages = { for kind, api in { public = var.public_api, private = var.private_api } : kind => api if api != null }

  # Nothing but our endpoint, even where somebody adds a permission later.
  private_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "execute-api:/*"
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "execute-api:/*"
        Condition = { StringNotEquals = { "aws:SourceVpce" = coalesce(var.vpc_endpoint_id, "none") } }
      },
    ]
  }
}

resource "aws_api_gateway_method_settings" "this" {
  for_each = local.stages

  rest_api_id = each.value.rest_api_id
  stage_name  = each.value.stage
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "OFF" # the function logs each request, without what it holds
    data_trace_enabled     = false
    throttling_rate_limit  = var.throttle.rate_per_s
    throttling_burst_limit = var.throttle.burst
  }
}

resource "aws_api_gateway_usage_plan" "this" {
  count = var.usage_plan != null && length(local.stages) > 0 ? 1 : 0

  name        = var.name
  description = "Requests with keys of API Gateway"

  dynamic "api_stages" {
    for_each = local.stages

    content {
      api_id = api_stages.value.rest_api_id
      stage  = api_stages.value.stage
    }
  }

  throttle_settings {
    rate_limit  = var.throttle.rate_per_s
    burst_limit = var.throttle.burst
  }

  quota_settings {
    limit  = var.usage_plan.requests_per_day
    period = "DAY"
  }
}

resource "aws_api_gateway_domain_name" "this" {
  count = var.public_domain != null ? 1 : 0

  domain_name              = var.public_domain.name
  regional_certificate_arn = var.public_domain.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  count = var.public_domain != null && var.public_api != null ? 1 : 0

  domain_name = aws_api_gateway_domain_name.this[0].domain_name
  api_id      = var.public_api.rest_api_id
  stage_name  = var.public_api.stage
}
