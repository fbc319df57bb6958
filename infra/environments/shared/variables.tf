# What differs between organisations. What differs between the environments stands in main.tf.

variable "region" {
  description = "Region of everything. Receiving mail is possible in some regions only."
  type        = string
}

variable "account_id" {
  description = "The only account that may be changed; \"\" takes any."
  type        = string
  default     = ""
}

variable "public_url" {
  description = "What links in mails begin with."
  type        = string
}

variable "public_domain" {
  description = "The portal's own name and its certificate; null keeps the address of API Gateway."
  type = object({
    name            = string
    certificate_arn = string
  })
  default = null
}

variable "domains" {
  description = "Domains that Terraform sets up at SES."
  type = map(object({
    receives  = optional(bool, false)
    mail_from = optional(string, "bounce")
  }))
  default = {}
}

variable "dns_zone_ids" {
  description = "Zones of Route 53 that the portal may write to."
  type        = list(string)
  default     = []
}

variable "adopted_user_arns" {
  description = "IAM users of an older system that the portal may manage."
  type        = list(string)
  default     = []
}

variable "alert_emails" {
  description = "Mailboxes that hear of alarms."
  type        = set(string)
  default     = []
}

variable "alert_phone_numbers" {
  description = "Telephones that hear of alarms."
  type        = set(string)
  default     = []
}

variable "settings" {
  description = "Further settings of Postroom, without secrets; see .env.example."
  type        = map(string)
  default     = {}
}

variable "package_file" {
  description = "The package that Zappa builds; the deploy command gives it. \"\" makes no worker functions, and takes away those there are."
  type        = string
  default     = ""
}

variable "public_api" {
  description = "The public API that Zappa made; the deploy command gives it."
  type = object({
    rest_api_id = string
    stage       = string
  })
  default = null
}

variable "private_api" {
  description = "The private API that Zappa made; the deploy command gives it."
  type = object({
    rest_api_id = string
    stage       = string
  })
  default = null
}

variable "database_password" {
  description = "Password of the database's user; needed when secrets_version rises."
  type        = string
  default     = ""
  ephemeral   = true
}

variable "secrets" {
  description = "Secret settings; needed when secrets_version rises."
  type        = map(string)
  default     = {}
  ephemeral   = true
}

variable "secrets_version" {
  description = "Raise it to have password and secrets written anew."
  type        = number
  default     = 1
}
