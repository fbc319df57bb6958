variable "name" {
  description = "Beginning of every name, e.g. postroom-test; also the installation that its own metrics name."
  type        = string
}

variable "namespace" {
  description = "Namespace of the portal's own metrics (METRICS_NAMESPACE)."
  type        = string
}

variable "alerts_topic_arn" {
  description = "Topic that alarms are told to."
  type        = string
}

variable "alarms" {
  description = "Alarms, 0.10 USD a month each; about 46."
  type        = bool
}

variable "dashboard" {
  description = "The dashboard, 3 USD a month beyond the account's first three."
  type        = bool
}

variable "queue_names" {
  description = "Name on AWS of each queue."
  type        = map(string)
}

variable "dlq_names" {
  description = "Name on AWS of each dead-letter queue."
  type        = map(string)
}

variable "function_names" {
  description = "Name on AWS of each function, the web function among them."
  type        = map(string)
}

variable "database" {
  description = "Name of the database, and whether it is a cluster; name \"\" without one."
  type = object({
    name      = string
    is_aurora = bool
  })
}

variable "database_max_connections" {
  description = "Connections that the database takes; an alarm at four fifths."
  type        = number
}

variable "oldest_message_s" {
  description = "An alarm when a queue's oldest message is older."
  type        = number
  default     = 900
}

variable "canary_s" {
  description = "An alarm when no test mail has come back for so long; 0 without test mails."
  type        = number
}

variable "gmail" {
  description = "Whether Gmail accounts are connected: alarms before a permission ends."
  type        = bool
}
