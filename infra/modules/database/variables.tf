variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "kind" {
  description = "aurora: PostgreSQL Serverless v2, about 44 USD a month at 0.5 capacity units all the time, 88 USD for each unit. instance: one small instance, about 12 USD a month for db.t4g.micro and 2.30 USD for 20 GB. none: DATABASE_URL among the secrets names one elsewhere."
  type        = string

  validation {
    condition     = contains(["aurora", "instance", "none"], var.kind)
    error_message = "kind must be aurora, instance or none."
  }
}

variable "protect" {
  description = "Deletion protection, a final snapshot, 14 days of backups."
  type        = bool
}

variable "subnet_ids" {
  description = "Private subnets in two zones."
  type        = list(string)
}

variable "security_group_id" {
  description = "Group of the database."
  type        = string
}

variable "key_arn" {
  description = "Key that storage and backups are encrypted under."
  type        = string
}

variable "password" {
  description = "Password of the user postroom. Written, never kept in the state."
  type        = string
  ephemeral   = true
}

variable "password_version" {
  description = "Raise it to have the password written anew."
  type        = number
}

variable "engine_version" {
  description = "PostgreSQL's version; without the second number AWS takes the newest, and keeps it up to date."
  type        = string
  default     = "16"
}

variable "instance_class" {
  description = "Size where kind is instance: db.t4g.micro 12, db.t4g.small 24, db.t4g.medium 48 USD a month."
  type        = string
  default     = "db.t4g.micro"
}

variable "storage_gb" {
  description = "Storage where kind is instance; 0.115 USD a GB and month."
  type        = number
  default     = 20
}

variable "capacity" {
  description = "Capacity units where kind is aurora; a unit is 2 GB of memory. least 0 lets it sleep, and the first request then waits 15 seconds."
  type = object({
    least = number
    most  = number
  })
  default = {
    least = 0.5
    most  = 4
  }
}

variable "multi_az" {
  description = "A second machine in the other zone; doubles the cost of the database."
  type        = bool
  default     = false
}

variable "proxy" {
  description = "RDS Proxy: many functions share few connections. About 22 USD a month for an instance with 2 vCPU, 88 USD and more for Aurora (8 units at least)."
  type        = bool
  default     = false
}

variable "permissions_boundary_arn" {
  description = "Boundary of the roles made here; null without one."
  type        = string
  default     = null
}
