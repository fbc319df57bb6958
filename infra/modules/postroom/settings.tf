# Settings of web and workers. Secrets are not among them: they are read from the parameter that SECRETS_PARAMETER names.

locals {
  environment = merge(
    {
      DJANGO_SETTINGS_MODULE         = "portal.settings"
      DATA_DIR                       = "/tmp/postroom"
      INSTALLATION_NAME              = var.title
      PUBLIC_URL                     = var.public_url
      ALLOWED_HOSTS                  = join(",", compact([split("/", var.public_url)[2], var.public_api != null ? "${var.public_api.rest_api_id}.execute-api.${local.region}.amazonaws.com" : "", var.private_api != null ? "${var.private_api.rest_api_id}.execute-api.${local.region}.amazonaws.com" : ""]))
      TRUSTED_PROXY_COUNT            = "1"
      DATABASE_CONN_MAX_AGE_S        = "60"
      FILES_BUCKET                   = module.storage.bucket_names["files"]
      UPLOADS_BUCKET                 = module.storage.bucket_names["uploads"]
      INBOUND_BUCKET                 = module.storage.bucket_names["inbound"]
      INBOUND_PREFIX                 = local.inbound_prefix
      SES_CONFIGURATION_SET          = module.ses.configuration_set
      SES_TRACKING_CONFIGURATION_SET = module.ses.tracking_configuration_set
      SES_ACCOUNT_ID                 = local.account
      ALERTS_TOPIC_ARN               = module.topics.arns["alerts"]
      QUEUE_PREFIX                   = var.name
      KMS_KEY_ID                     = module.keys.key_arn
      SECRETS_PARAMETER              = module.keys.secrets_parameter_name
      SMTP_USER_PATH                 = module.roles.smtp_user_path
      SMTP_USER_BOUNDARY_ARN         = module.roles.smtp_user_boundary_arn
      METRICS_NAMESPACE              = local.namespace
      LOG_FORMAT                     = "json"
      DNS_ASKS                       = var.ask_name_servers ? "own" : "resolver" # AWS's resolver is reached through any security group
    },
    module.network.execute_api_endpoint_id != null ? { API_VPC_ENDPOINTS = module.network.execute_api_endpoint_id } : {},
    var.settings,
  )
}
