variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "functions" {
  description = "The worker functions and the queues that each serves, as infra/functions.json holds them."
  type        = map(object({ mappings = map(any) }))
}

variable "web_function_names" {
  description = "Functions that Zappa deploys: the public one and the private one."
  type        = list(string)
}

variable "queues" {
  description = "Every queue and who feeds it, as infra/functions.json holds them."
  type        = map(object({ feed = string }))
}

variable "buckets" {
  description = "Bucket names: files, uploads, inbound."
  type        = map(string)
}

variable "inbound_prefix" {
  description = "Beginning of the keys of received mail."
  type        = string
}

variable "key_arn" {
  description = "Key of secrets and files."
  type        = string
}

variable "secrets_parameter_arn" {
  description = "Parameter with the secret settings."
  type        = string
}

variable "alerts_topic_arn" {
  description = "Topic that alerts are told to."
  type        = string
}

variable "configuration_sets" {
  description = "Configuration sets that mail is sent with."
  type        = list(string)
}

variable "dns_zone_ids" {
  description = "Zones of Route 53 in which the portal may write the records of sending domains."
  type        = list(string)
}

variable "adopted_user_arns" {
  description = "ARNs (or patterns) of IAM users that an older system made and that the portal may manage as well."
  type        = list(string)
}

variable "tracing" {
  description = "Whether functions may write traces to X-Ray."
  type        = bool
}

variable "celery" {
  description = "Whether there is a role for workers outside of Lambda."
  type        = bool
}
