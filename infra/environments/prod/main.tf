# Production: what holds data is protected. About 100 USD a month before mail, most of it database and NAT gateway.

module "postroom" {
  source = "../../modules/postroom"

  name    = "postroom-prod"
  title   = "Postroom"
  protect = true # docs/terraform.md says how to release it

  # Network
  nat                 = "gateway"       # 37 USD; "machine" 8 USD, docs/costs.md says what for
  interface_endpoints = ["execute-api"] # 7.30 USD; for the private API
  flow_logs           = true            # cents
  ask_name_servers    = false           # true opens port 53 outwards, for the DNS checks of sending domains
  client_host         = false           # 7 USD

  # Web
  waf           = true # 8 USD
  form_page     = false
  usage_plan    = null
  throttle      = { rate_per_s = 100, burst = 200 }
  public_url    = var.public_url
  public_domain = var.public_domain
  public_api    = var.public_api
  private_api   = var.private_api

  # Database
  database = {
    kind            = "aurora" # 44 USD at half a unit, up to 700 USD at eight units all the time
    least_capacity  = 0.5
    most_capacity   = 8
    multi_az        = false # 44 USD and more
    proxy           = false # 88 USD and more
    max_connections = 190
  }

  # Mail
  domains                    = var.domains
  tracking                   = true
  activate_receipt_rules     = true
  manage_account_suppression = true
  dns_zone_ids               = var.dns_zone_ids
  adopted_user_arns          = var.adopted_user_arns

  # Workers
  package_file        = var.package_file
  lambda_workers      = true
  celery              = null
  reserve_concurrency = true # the account must allow 200 at the same time, see docs/setup.md
  arm64               = false
  tracing             = false
  layer_arns          = []
  settings            = var.settings

  # Secrets
  database_password = var.database_password
  secrets           = var.secrets
  secrets_version   = var.secrets_version

  # Monitoring
  alarms              = true # 4.60 USD
  dashboard           = true
  alert_emails        = var.alert_emails
  alert_phone_numbers = var.alert_phone_numbers
  canary_s            = 7200
  gmail               = true
  log_retention_days  = 90
}
