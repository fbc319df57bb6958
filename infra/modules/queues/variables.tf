variable "name" {
  description = "QUEUE_PREFIX of this environment: queues are called NAME-queue."
  type        = string
}

variable "queues" {
  description = "The table of queues, as infra/functions.json holds it."
  type = map(object({
    feed                 = string
    visibility_timeout_s = number
    max_receives         = number
    dlq_name             = string
  }))
}

variable "writers" {
  description = "AWS services that write to a queue: queue to service and the one source that may."
  type = map(object({
    service    = string
    source_arn = string
  }))
}
