variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the network."
  type        = string
  default     = "10.0.0.0/16"
}

variable "public_subnet_cidr" {
  description = "Addresses of the public subnet: NAT gateway, client host."
  type        = string
  default     = "10.0.1.0/24"
}

variable "private_subnet_cidrs" {
  description = "Addresses of the private subnets, one per zone. The database needs two zones."
  type        = list(string)
  default     = ["10.0.2.0/24", "10.0.3.0/24"]

  validation {
    condition     = length(var.private_subnet_cidrs) >= 2
    error_message = "The database needs private subnets in two zones."
  }
}

variable "nat" {
  description = "The way out with a fixed address, for AWS's services, Gmail, relays and webhooks. gateway: about 33 USD a month, 0.045 USD a GB, AWS keeps it alive. machine: a t4g.nano, about 3.70 USD, which is one machine, slow when much goes through for long, and yours to renew. Both: 3.65 USD for the address. none: interface endpoints instead, or functions outside of the network."
  type        = string
  default     = "gateway"

  validation {
    condition     = contains(["gateway", "machine", "none"], var.nat)
    error_message = "nat must be gateway, machine or none."
  }
}

variable "interface_endpoints" {
  description = "Services reached inside the network, e.g. [\"execute-api\", \"email\", \"sqs\", \"kms\"]. Each about 7.30 USD a month and zone, 0.01 USD a GB."
  type        = set(string)
  default     = []
}

variable "endpoint_zone_count" {
  description = "Zones in which interface endpoints have an address; each costs again."
  type        = number
  default     = 1
}

variable "ask_name_servers" {
  description = "Let functions ask the name servers of domains themselves (port 53 outwards). The DNS checks of sending domains do, and see at once what was written; without it they ask the VPC's resolver, whose answers may be as old as the TTL of a record."
  type        = bool
  default     = false
}

variable "flow_logs" {
  description = "Logs of refused connections. About 0.50 USD a GB; refused ones alone are few."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
}

variable "client_host" {
  description = "A small machine in the public subnet from which the private API can be asked (by Session Manager, without an open port). About 3 USD a month, 3.65 USD for its address."
  type        = bool
  default     = false
}

variable "image_id" {
  description = "AMI of the client host and of the NAT machine; \"\" is the newest Amazon Linux for arm64."
  type        = string
  default     = ""
}

variable "permissions_boundary_arn" {
  description = "Boundary of the roles made here; null without one."
  type        = string
  default     = null
}
