variable "bucket_prefix" {
  description = "Beginning of the buckets' names, which are unique in the world."
  type        = string
}

variable "protect" {
  description = "Whether buckets that hold something refuse to be destroyed."
  type        = bool
}

variable "key_arn" {
  description = "Key that the portal's files are encrypted under."
  type        = string
}

variable "public_origins" {
  description = "Addresses of the portal, from whose pages browsers upload straight to S3."
  type        = list(string)
}

variable "uploads_queue_arn" {
  description = "Queue that is told of uploads/*.csv."
  type        = string
}

variable "uploads_days" {
  description = "Days that dropped files are kept; they are copied before they are imported."
  type        = number
  default     = 30
}

variable "inbound_days" {
  description = "Days after which raw mail goes at the latest; longer than INBOUND_RAW_DAYS, which deletes it when its deliveries are final."
  type        = number
  default     = 365
}

variable "access_log_days" {
  description = "Days that logs of access to the buckets are kept."
  type        = number
  default     = 90
}

variable "form_bucket" {
  description = "A bucket for a static page with a contact form (served by CloudFront, see the module api)."
  type        = bool
  default     = false
}
