# An installation: the parts, put together. infra/functions.json is written by `python -m workers.handlers.functions`.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  table          = jsondecode(file("${path.module}/../../functions.json"))
  account        = data.aws_caller_identity.current.account_id
  partition      = data.aws_partition.current.partition
  region         = data.aws_region.current.name
  bucket_prefix  = var.bucket_prefix != "" ? var.bucket_prefix : "${var.name}-${local.account}"
  inbound_prefix = "mail/"
  namespace      = "Postroom"

  # Made of names, so that a queue can name its writer before that is made.
  topic_arns         = { for topic in ["ses-events", "inbound", "alerts"] : topic => "arn:${local.partition}:sns:${local.region}:${local.account}:${var.name}-${topic}" }
  bucket_names       = { for purpose in ["files", "uploads", "inbound"] : purpose => "${local.bucket_prefix}-${purpose}" }
  configuration_sets = concat([var.name], var.tracking ? ["${var.name}-tracked"] : [])
  web_functions      = { web = var.name, api = "${var.name}-api" } # as Zappa calls them
  network            = var.functions_in_network ? { subnet_ids = module.network.private_subnet_ids, security_group_ids = module.network.function_security_group_ids } : { subnet_ids = [], security_group_ids = [] }
  has_database       = var.database.kind != "none"
}

module "network" {
  source = "../network"

  name                = var.name
  nat                 = var.nat
  interface_endpoints = var.interface_endpoints
  flow_logs           = var.flow_logs
  ask_name_servers    = var.ask_name_servers
  client_host         = var.client_host
  image_id            = var.image_id
  log_retention_days  = var.log_retention_days
}

module "keys" {
  source = "../keys"

  name            = var.name
  protect         = var.protect
  secrets_version = var.secrets_version
  secrets = merge(
    local.has_database ? { DATABASE_URL = "postgres://postroom:${urlencode(var.database_password)}@${module.database.host}:5432/postroom?sslmode=require" } : {},
    var.secrets,
  )
}

module "queues" {
  source = "../queues"

  name   = var.name
  queues = local.table.queues
  writers = {
    ses-events = { service = "sns.amazonaws.com", source_arn = local.topic_arns["ses-events"] }
    inbound    = { service = "sns.amazonaws.com", source_arn = local.topic_arns["inbound"] }
    uploads    = { service = "s3.amazonaws.com", source_arn = "arn:${local.partition}:s3:::${local.bucket_names["uploads"]}" }
  }
}

module "topics" {
  source = "../topics"

  name                = var.name
  subscribed_queues   = { for queue in ["ses-events", "inbound"] : queue => module.queues.arns[queue] }
  alert_emails        = var.alert_emails
  alert_phone_numbers = var.alert_phone_numbers
}

module "storage" {
  source = "../storage"

  bucket_prefix     = local.bucket_prefix
  protect           = var.protect
  key_arn           = module.keys.key_arn
  public_origins    = [join("/", slice(split("/", var.public_url), 0, 3))]
  uploads_queue_arn = module.queues.arns["uploads"]
  form_bucket       = var.form_page
}

module "ses" {
  source = "../ses"

  name                       = var.name
  domains                    = var.domains
  events_topic_arn           = module.topics.arns["ses-events"]
  inbound_topic_arn          = module.topics.arns["inbound"]
  inbound_bucket             = module.storage.inbound_bucket_ready
  inbound_prefix             = local.inbound_prefix
  tracking                   = var.tracking
  activate_receipt_rules     = var.activate_receipt_rules
  manage_account_suppression = var.manage_account_suppression
}

module "roles" {
  source = "../roles"

  name                  = var.name
  functions             = local.table.functions
  queues                = local.table.queues
  web_function_names    = values(local.web_functions)
  buckets               = local.bucket_names
  inbound_prefix        = local.inbound_prefix
  key_arn               = module.keys.key_arn
  secrets_parameter_arn = module.keys.secrets_parameter_arn
  alerts_topic_arn      = local.topic_arns["alerts"]
  configuration_sets    = local.configuration_sets
  dns_zone_ids          = var.dns_zone_ids
  adopted_user_arns     = var.adopted_user_arns
  tracing               = var.tracing
  celery                = var.celery != null
}

module "database" {
  source = "../database"

  name              = var.name
  kind              = var.database.kind
  protect           = var.protect
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.network.database_security_group_id
  key_arn           = module.keys.key_arn
  password          = var.database_password
  password_version  = var.secrets_version
  instance_class    = var.database.instance_class
  storage_gb        = var.database.storage_gb
  capacity          = { least = var.database.least_capacity, most = var.database.most_capacity }
  multi_az          = var.database.multi_az
  proxy             = var.database.proxy
}

module "workers" {
  source = "../workers"

  name               = var.name
  functions          = local.table.functions
  queue_arns         = module.queues.arns
  role_arns          = module.roles.ready_role_arns
  package            = { file = var.package_file, bucket = module.storage.bucket_names["packages"] }
  enabled            = var.lambda_workers
  environment        = local.environment
  runtime            = var.runtime
  arm64              = var.arm64
  tracing            = var.tracing
  layer_arns         = var.layer_arns
  network            = local.network
  reserve            = var.reserve_concurrency
  log_retention_days = var.log_retention_days
  celery             = var.celery
}

# Of the functions that Zappa deploys; made here, so that they end.
resource "aws_cloudwatch_log_group" "web" {
  for_each = local.web_functions

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_days
}

module "api" {
  source = "../api"

  name            = var.name
  public_api      = var.public_api
  private_api     = var.private_api
  vpc_endpoint_id = module.network.execute_api_endpoint_id
  throttle        = var.throttle
  usage_plan      = var.usage_plan
  waf             = var.waf
  public_domain   = var.public_domain
  form_bucket     = var.form_page ? { name = module.storage.bucket_names["form"], domain = module.storage.form_bucket_domain } : null
}

module "monitoring" {
  source = "../monitoring"

  name                     = var.name
  namespace                = local.namespace
  alerts_topic_arn         = module.topics.arns["alerts"]
  alarms                   = var.alarms
  dashboard                = var.dashboard
  queue_names              = module.queues.names
  dlq_names                = module.queues.dlq_names
  function_names           = merge(module.workers.function_names, local.web_functions)
  database                 = { name = module.database.identifier, is_aurora = module.database.is_aurora }
  database_max_connections = var.database.max_connections
  canary_s                 = var.canary_s
  gmail                    = var.gmail
}
