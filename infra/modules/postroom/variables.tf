# What an installation is. Optional parts that cost say what they cost a month (us-east-1, November 2026, before tax).

variable "name" {
  description = "Beginning of every name, and QUEUE_PREFIX: postroom-test, postroom-prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,20}$", var.name))
    error_message = "name must be 3 to 21 lower-case letters, digits and dashes."
  }
}

variable "title" {
  description = "What the portal calls itself."
  type        = string
  default     = "Postroom"
}

variable "protect" {
  description = "Whether what holds data refuses to be destroyed: the database, buckets that are not empty, the key's long wait."
  type        = bool
}

variable "bucket_prefix" {
  description = "Beginning of the buckets' names, which are unique in the world; \"\" is the name and the account's number."
  type        = string
  default     = ""
}

# --- Web

variable "public_url" {
  description = "What links in mails begin with, e.g. https://mail.example.org."
  type        = string
}

variable "public_domain" {
  description = "The portal's own name at API Gateway, and its certificate (ACM, free)."
  type = object({
    name            = string
    certificate_arn = string
  })
  default = null
}

variable "public_api" {
  description = "The public REST API and stage that Zappa made; null before the first deployment."
  type = object({
    rest_api_id = string
    stage       = string
  })
  default = null
}

variable "private_api" {
  description = "The private REST API and stage that Zappa made; null before the first deployment."
  type = object({
    rest_api_id = string
    stage       = string
  })
  default = null
}

variable "throttle" {
  description = "Requests a second and at once that each API takes."
  type = object({
    rate_per_s = number
    burst      = number
  })
  default = {
    rate_per_s = 50
    burst      = 100
  }
}

variable "usage_plan" {
  description = "A usage plan for keys of API Gateway."
  type = object({
    requests_per_day = number
  })
  default = null
}

variable "waf" {
  description = "A firewall before the public API: about 8 USD, 0.60 USD a million requests."
  type        = bool
  default     = false
}

variable "form_page" {
  description = "A bucket and CloudFront for a static page with a contact form; a few cents."
  type        = bool
  default     = false
}

# --- Network

variable "functions_in_network" {
  description = "Functions in the private subnets. Outside of them they reach everything on the internet without a NAT, from addresses that change and with no limit on where to; the database must then be one that the internet reaches (kind none, DATABASE_URL among the secrets)."
  type        = bool
  default     = true

  validation {
    condition     = var.functions_in_network || (var.database.kind == "none" && var.celery == null)
    error_message = "Functions outside of the network reach no database inside of it, and ECS has no way out there: take database kind none and celery null."
  }
}

variable "nat" {
  description = "The way out of the network: gateway, about 37 USD and 0.045 USD a GB; machine, about 8 USD, a small one of your own; none, and the services that the portal asks need interface endpoints."
  type        = string
  default     = "gateway"
}

variable "interface_endpoints" {
  description = "Services reached inside the network: about 7.30 USD each. \"execute-api\" makes the private API possible. Without NAT: email, email-smtp, sqs, sns, kms, ssm, logs."
  type        = set(string)
  default     = []
}

variable "ask_name_servers" {
  description = "Let functions ask the name servers of domains themselves (port 53 outwards). The DNS checks of sending domains do, and see at once what was written; without it they ask the VPC's resolver, whose answers may be as old as the TTL of a record."
  type        = bool
  default     = false
}

variable "flow_logs" {
  description = "Logs of refused connections: 0.50 USD a GB."
  type        = bool
  default     = true
}

variable "client_host" {
  description = "A small machine from which the private API can be asked: about 7 USD."
  type        = bool
  default     = false
}

variable "image_id" {
  description = "AMI of the client host and of the NAT machine; \"\" is the newest Amazon Linux."
  type        = string
  default     = ""
}

# --- Mail

variable "domains" {
  description = "Domains that Terraform sets up at SES. Domains can as well be added in the portal; then they are not named here."
  type = map(object({
    receives  = optional(bool, false)
    mail_from = optional(string, "bounce")
  }))
  default = {}
}

variable "tracking" {
  description = "A second configuration set that counts opens and clicks."
  type        = bool
  default     = false
}

variable "activate_receipt_rules" {
  description = "Make our rule set the active one of the account and region; only one environment of an account can."
  type        = bool
  default     = true
}

variable "manage_account_suppression" {
  description = "Set SES's own suppression list for the account and region; only one environment of an account should."
  type        = bool
  default     = true
}

variable "dns_zone_ids" {
  description = "Zones of Route 53 in which the portal may write records of sending domains."
  type        = list(string)
  default     = []
}

variable "adopted_user_arns" {
  description = "IAM users of an older system that the portal may manage, e.g. arn:aws:iam::123456789012:user/ses-smtp-user-*."
  type        = list(string)
  default     = []
}

# --- Database

variable "database" {
  description = "kind: aurora (44 USD and more), instance (14 USD and more) or none; the rest as in the module database. max_connections: what it takes, about 80 for db.t4g.micro, 190 for Aurora from half a unit on."
  type = object({
    kind            = optional(string, "instance")
    instance_class  = optional(string, "db.t4g.micro")
    storage_gb      = optional(number, 20)
    least_capacity  = optional(number, 0.5)
    most_capacity   = optional(number, 4)
    multi_az        = optional(bool, false)
    proxy           = optional(bool, false)
    max_connections = optional(number, 80)
  })
  default = {}

  validation {
    condition     = var.database.kind == "none" || var.database.proxy || local.table.max_connections <= var.database.max_connections
    error_message = "All functions together may open ${local.table.max_connections} connections, which is more than the database takes: take a larger one and raise max_connections, or the proxy."
  }
}

# --- Secrets: they pass through, and are in neither plan nor state

variable "database_password" {
  description = "Password of the database's user; letters and digits."
  type        = string
  default     = ""
  ephemeral   = true
}

variable "secrets" {
  description = "Secret settings: SECRET_KEY, UNSUBSCRIBE_KEYS, PRIVACY_KEYS, GOOGLE_CLIENT_SECRET, and DATABASE_URL where the database is elsewhere."
  type        = map(string)
  default     = {}
  ephemeral   = true
}

variable "secrets_version" {
  description = "Raise it, and give secrets and password, to have them written anew."
  type        = number
  default     = 1
}

# --- Workers

variable "package_file" {
  description = "The package that Zappa builds; \"\" makes no worker functions."
  type        = string
  default     = ""
}

variable "lambda_workers" {
  description = "Whether queues and schedule drive the worker functions."
  type        = bool
  default     = true
}

variable "celery" {
  description = "Workers on ECS for a steady load: about 18 USD for each process of half a CPU; set lambda_workers to false then."
  type = object({
    image  = string
    cpu    = optional(number, 512)
    memory = optional(number, 1024)
    count  = optional(number, 1)
  })
  default = null
}

variable "reserve_concurrency" {
  description = "Keep a share of the account's concurrency for each function, which then can never open more connections than max_connections says. Free; the account must allow 200 at the same time, a new one may have ten."
  type        = bool
  default     = false
}

variable "runtime" {
  description = "Python of the functions; the deploy command builds for it."
  type        = string
  default     = "python3.13"
}

variable "arm64" {
  description = "Functions on Graviton, 20 percent cheaper; the deploy command builds for it."
  type        = bool
  default     = false
}

variable "tracing" {
  description = "Traces of X-Ray: 5 USD a million beyond 100,000."
  type        = bool
  default     = false
}

variable "layer_arns" {
  description = "Layers of every worker function, e.g. OpenTelemetry's."
  type        = list(string)
  default     = []
}

variable "settings" {
  description = "Further settings of Postroom, see .env.example; no secrets."
  type        = map(string)
  default     = {}
}

# --- Monitoring

variable "alarms" {
  description = "Alarms: about 4.60 USD."
  type        = bool
  default     = true
}

variable "dashboard" {
  description = "Dashboard: 3 USD beyond the account's first three."
  type        = bool
  default     = true
}

variable "alert_emails" {
  description = "Mailboxes that hear of alarms; each confirms once."
  type        = set(string)
  default     = []
}

variable "alert_phone_numbers" {
  description = "Telephones that hear of them by SMS; a few cents a message."
  type        = set(string)
  default     = []
}

variable "canary_s" {
  description = "An alarm when no test mail has come back for so long; 0 where none are sent."
  type        = number
  default     = 0
}

variable "gmail" {
  description = "Whether Gmail accounts are connected."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}
