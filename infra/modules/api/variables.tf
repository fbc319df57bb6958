variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "public_api" {
  description = "The REST API and stage that Zappa made for the portal, unsubscribing and forms; null before the first deployment."
  type = object({
    rest_api_id = string
    stage       = string
  })
}

variable "private_api" {
  description = "The REST API and stage that Zappa made for the network alone; null before the first deployment or without one."
  type = object({
    rest_api_id = string
    stage       = string
  })
}

variable "vpc_endpoint_id" {
  description = "Endpoint through which alone the private API answers; null without one."
  type        = string
}

variable "throttle" {
  description = "Requests a second and at once that each stage takes."
  type = object({
    rate_per_s = number
    burst      = number
  })
}

variable "usage_plan" {
  description = "A usage plan over both stages, for keys of API Gateway that you hand out: requests a day in all. null without."
  type = object({
    requests_per_day = number
  })
}

variable "waf" {
  description = "A web application firewall before the public stage. 5 USD a month, 1 USD for each of its three rules, 0.60 USD a million requests."
  type        = bool
}

variable "waf_requests_per_5_minutes" {
  description = "More than this from one address are refused."
  type        = number
  default     = 2000
}

variable "public_domain" {
  description = "The portal's own name, and its certificate in this region (ACM, free); null keeps the address of API Gateway."
  type = object({
    name            = string
    certificate_arn = string
  })
}

variable "form_bucket" {
  description = "Bucket of the static page with a contact form, for CloudFront; null without. Up to 1 TB a month is free."
  type = object({
    name   = string
    domain = string
  })
}
