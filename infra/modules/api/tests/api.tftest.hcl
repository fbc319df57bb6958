# What Zappa cannot set, on and off; CloudFront too, which no stand-in keeps.

mock_provider "aws" {
  source = "../postroom/tests/mocks"
}

variables {
  name            = "postroom-example"
  public_api      = { rest_api_id = "abc", stage = "test" }
  private_api     = { rest_api_id = "def", stage = "test_api" }
  vpc_endpoint_id = "vpce-1"
  throttle        = { rate_per_s = 20, burst = 40 }
  usage_plan      = { requests_per_day = 1000 }
  waf             = true
  public_domain   = { name = "mail.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0" }
  form_bucket     = { name = "postroom-example-form", domain = "postroom-example-form.s3.us-east-1.amazonaws.com" }
}

run "everything" {
  command = plan

  assert {
    condition     = alltrue([for stage in aws_api_gateway_method_settings.this : stage.settings[0].throttling_rate_limit == 20 && !stage.settings[0].data_trace_enabled]) && length(aws_api_gateway_method_settings.this) == 2
    error_message = "Both stages are throttled, and log no bodies."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.this[0].quota_settings[0].limit == 1000 && length(aws_api_gateway_usage_plan.this[0].api_stages) == 2
    error_message = "A usage plan limits both stages."
  }

  assert {
    condition     = aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2"
    error_message = "TLS is 1.2 or better."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this[0].rule) == 3 && endswith(aws_wafv2_web_acl_association.this[0].resource_arn, "/restapis/abc/stages/test")
    error_message = "The firewall stands before the public stage."
  }

  assert {
    condition     = aws_cloudfront_distribution.form[0].default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && toset(aws_cloudfront_distribution.form[0].default_cache_behavior[0].allowed_methods) == toset(["GET", "HEAD"])
    error_message = "The form's page is read by HTTPS alone."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.form[0].signing_behavior == "always"
    error_message = "CloudFront signs what it asks of the bucket, which is not public."
  }

  assert {
    condition     = strcontains(output.private_policy, "{\"aws:SourceVpce\":\"vpce-1\"}")
    error_message = "The private API answers through the endpoint alone."
  }
}

run "nothing" {
  command = plan

  variables {
    public_api      = null
    private_api     = null
    vpc_endpoint_id = null
    usage_plan      = null
    waf             = false
    public_domain   = null
    form_bucket     = null
  }

  assert {
    condition     = length(aws_api_gateway_method_settings.this) + length(aws_api_gateway_usage_plan.this) + length(aws_api_gateway_domain_name.this) + length(aws_wafv2_web_acl.this) + length(aws_wafv2_web_acl_association.this) + length(aws_cloudfront_distribution.form) + length(aws_api_gateway_base_path_mapping.this) == 0
    error_message = "What is switched off is not made."
  }

  assert {
    condition     = output.form_address == null && output.public_domain_target == null
    error_message = "Addresses of what is not there are not told."
  }
}
