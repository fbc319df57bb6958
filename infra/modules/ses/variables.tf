variable "name" {
  description = "Beginning of every name, e.g. postroom-test; the configuration set is called so."
  type        = string
}

variable "domains" {
  description = "Domains of this environment: whether they receive mail, and the label of their MAIL FROM domain. Domains added in the portal are not named here."
  type = map(object({
    receives  = optional(bool, false)
    mail_from = optional(string, "bounce")
  }))
}

variable "events_topic_arn" {
  description = "Topic that SES tells what became of mail."
  type        = string
}

variable "inbound_topic_arn" {
  description = "Topic that SES tells of received mail."
  type        = string
}

variable "inbound_bucket" {
  description = "Bucket that SES puts received mail into."
  type        = string
}

variable "inbound_prefix" {
  description = "Beginning of the keys of received mail."
  type        = string
  default     = "mail/"
}

variable "tracking" {
  description = "A second configuration set that counts opens and clicks, for campaigns that ask for it."
  type        = bool
}

variable "activate_receipt_rules" {
  description = "Make our rule set the active one. There is one per account and region: the environment that is applied last takes it over."
  type        = bool
}

variable "manage_account_suppression" {
  description = "Let SES keep its own list of bounced and complaining addresses. One setting per account and region."
  type        = bool
}
