# The static page of a contact form, by CloudFront from its own bucket.

resource "aws_cloudfront_origin_access_control" "form" {
  count = var.form_bucket != null ? 1 : 0

  name                              = "${var.name}-form"
  description                       = "CloudFront reads the form's bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "form" {
  count = var.form_bucket != null ? 1 : 0

  comment             = "${var.name}: contact form"
  enabled             = true
  is_ipv6_enabled     = true
  default_root_object = "index.html"
  price_class         = "PriceClass_100"

  origin {
    origin_id                = "form"
    domain_name              = var.form_bucket.domain
    origin_access_control_id = aws_cloudfront_origin_access_control.form[0].id
  }

  default_cache_behavior {
    target_origin_id           = "form"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "redirect-to-https"
    compress                   = true
    cache_policy_id            = "658327ea-f89d-4fab-a63d-7e88639e58f6" # AWS's CachingOptimized
    response_headers_policy_id = "67f7725c-6f97-4210-82d7-5512b31e9d03" # AWS's SecurityHeadersPolicy
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
