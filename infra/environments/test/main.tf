# The test environment: small, cheap (about 62 USD a month, of which 37 are the NAT gateway), gone without a trace when destroyed.

module "postroom" {
  source = "../../modules/postroom"

  name    = "postroom-test"
  title   = "Postroom (test)"
  protect = false

  # Network
  nat                 = "gateway"       # 37 USD; "machine" 8 USD, docs/costs.md says what for
  interface_endpoints = ["execute-api"] # 7.30 USD; for the private API
  flow_logs           = true            # cents
  ask_name_servers    = false           # true opens port 53 outwards, for the DNS checks of sending domains
  client_host         = false           # 7 USD

  # Web
  waf           = false # 8 USD
  form_page     = false
  usage_plan    = null
  throttle      = { rate_per_s = 20, burst = 40 }
  public_url    = var.public_url
  public_domain = var.public_domain
  public_api    = var.public_api
  private_api   = var.private_api

  # Database
  database = {
    kind = "instance" # 14 USD: db.t4g.micro with 20 GB
  }

  # Mail. In one account with prod leave the two singletons to prod.
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
  reserve_concurrency = false
  arm64               = false
  tracing             = true
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
  log_retention_days  = 14
}
