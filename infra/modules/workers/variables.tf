variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "functions" {
  description = "The table of functions, as infra/functions.json holds it."
  type = map(object({
    handler   = string
    timeout_s = number
    memory_mb = number
    mappings = map(object({
      batch_size      = number
      window_s        = number
      max_concurrency = number
    }))
    schedules       = map(object({ every_s = number }))
    max_connections = number
  }))
}

variable "queue_arns" {
  description = "ARN of each queue."
  type        = map(string)
}

variable "role_arns" {
  description = "Role of each function."
  type        = map(string)
}

variable "package" {
  description = "The package that Zappa builds: its file, and the bucket it goes through. file \"\" makes no functions."
  type = object({
    file   = string
    bucket = string
  })
}

variable "enabled" {
  description = "Whether queues and schedules drive the functions; off where workers outside of Lambda do the work, or while all work has to stop."
  type        = bool
}

variable "environment" {
  description = "Settings of Postroom, without secrets."
  type        = map(string)
}

variable "runtime" {
  description = "Python of the functions; the package must be built for it."
  type        = string
}

variable "arm64" {
  description = "Functions on Graviton, about 20 percent cheaper; the package must be built for it."
  type        = bool
}

variable "tracing" {
  description = "Traces of X-Ray; 5 USD a million beyond the first 100,000 a month."
  type        = bool
}

variable "layer_arns" {
  description = "Layers of every function, e.g. that of OpenTelemetry (ADOT) for the region."
  type        = list(string)
}

variable "network" {
  description = "Private subnets and groups of every function; both empty where functions are outside of the network."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
}

variable "reserve" {
  description = "Whether as many runs as the table says may happen at the same time, and are kept for the function out of what the account may run."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that logs are kept; 0.03 USD a GB and month, 0.50 USD a GB to take in."
  type        = number
}

variable "celery" {
  description = "Workers outside of Lambda, for a steady load: the image, its size and how many. About 9 USD a month for each quarter of a CPU with half a GB on ARM; null without."
  type = object({
    image  = string
    cpu    = optional(number, 512)
    memory = optional(number, 1024)
    count  = optional(number, 1)
  })
}
