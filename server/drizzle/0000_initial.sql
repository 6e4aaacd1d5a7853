CREATE SEQUENCE "public"."event_positions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "backups" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"target" text NOT NULL,
	"trigger" text NOT NULL,
	"bytes" bigint,
	"objects" integer,
	"gone" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"error" jsonb,
	"verified_at" timestamp (3) with time zone,
	"verify_error" jsonb,
	"removed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "data_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"context" text NOT NULL,
	"wrapped" "bytea",
	"provider" text NOT NULL,
	"key_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"destroyed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "event_forwards" (
	"target" text PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"inserted" bigserial NOT NULL,
	"position" bigint,
	"tenant_id" text NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"data" jsonb NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"trace_parent" text
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"input" jsonb NOT NULL,
	"status" text NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"phase" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"crashes" integer DEFAULT 0 NOT NULL,
	"queue_id" uuid NOT NULL,
	"error" jsonb,
	"result" jsonb,
	"request_id" text NOT NULL,
	"trace_parent" text,
	"created_by" text NOT NULL,
	"actor_name" text NOT NULL,
	"actor_role" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "llm_calls" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"actor_id" text NOT NULL,
	"request_id" text NOT NULL,
	"purpose" text NOT NULL,
	"model" text NOT NULL,
	"prompt_sha256" text NOT NULL,
	"outcome" text NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"tokens_in" integer NOT NULL,
	"tokens_out" integer NOT NULL,
	"tokens_estimated" boolean NOT NULL,
	"duration_ms" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "faults" (
	"id" text PRIMARY KEY NOT NULL,
	"fingerprint" text NOT NULL,
	"name" text NOT NULL,
	"code" text,
	"message" text NOT NULL,
	"level" text NOT NULL,
	"stack" jsonb NOT NULL,
	"versions" jsonb NOT NULL,
	"occurrences" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"latest" jsonb NOT NULL,
	"seen_at" timestamp (3) with time zone,
	"seen_by" text
);
--> statement-breakpoint
CREATE TABLE "system_alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"measure" text NOT NULL,
	"percent" double precision NOT NULL,
	"highest_percent" double precision NOT NULL,
	"threshold_percent" double precision NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "system_samples" (
	"process" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"host" text NOT NULL,
	"role" text NOT NULL,
	"seconds" double precision NOT NULL,
	"requests" integer NOT NULL,
	"failed" integer NOT NULL,
	"p50_ms" double precision,
	"p95_ms" double precision,
	"p99_ms" double precision,
	"statements" integer NOT NULL,
	"cpu_percent" double precision NOT NULL,
	"process_percent" double precision NOT NULL,
	"memory_percent" double precision NOT NULL,
	"process_bytes" bigint NOT NULL,
	"disk_percent" double precision,
	"jobs_waiting" integer NOT NULL,
	"event_loop_ms" double precision NOT NULL,
	CONSTRAINT "system_samples_process_at_pk" PRIMARY KEY("process","at")
);
--> statement-breakpoint
CREATE TABLE "provenance_derivations" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"document" text,
	"sealed" "bytea",
	"chain_sha256" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provenance_links" (
	"tenant_id" text NOT NULL,
	"derivation_id" text NOT NULL,
	"role" text NOT NULL,
	"entity_id" text NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "provenance_links_derivation_id_role_entity_id_pk" PRIMARY KEY("derivation_id","role","entity_id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"allowed_addresses" text[] NOT NULL,
	"requests_per_minute" integer,
	"second_factor" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"retires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"replaced_by" text,
	"last_used_at" timestamp (3) with time zone,
	"last_used_address" text
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_name" text NOT NULL,
	"credential_id" text,
	"address" text,
	"user_agent" text,
	"request_id" text NOT NULL,
	"action" text NOT NULL,
	"object_kind" text,
	"object_id" text,
	"outcome" text NOT NULL,
	"before_sha256" text,
	"after_sha256" text,
	"details" text,
	"content_sha256" text NOT NULL,
	"mac" text NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"sealed_private_key" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_links" (
	"tenant_id" text NOT NULL,
	"position" bigint NOT NULL,
	"event_id" text NOT NULL,
	"event_sha256" text NOT NULL,
	"previous_sha256" text NOT NULL,
	"sha256" text NOT NULL,
	CONSTRAINT "audit_links_tenant_id_position_pk" PRIMARY KEY("tenant_id","position")
);
--> statement-breakpoint
CREATE TABLE "audit_pending" (
	"event_id" text NOT NULL,
	"tenant_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"number" bigint PRIMARY KEY NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"heads" text NOT NULL,
	"previous_sha256" text NOT NULL,
	"sha256" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "emergencies" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"reason" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"reviewed_by" text,
	"reviewed_at" timestamp (3) with time zone,
	"justified" boolean,
	"note" text,
	"sealed" "bytea"
);
--> statement-breakpoint
CREATE TABLE "emergency_uses" (
	"emergency_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text,
	"sealed" "bytea",
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "emergency_uses_emergency_id_resource_id_pk" PRIMARY KEY("emergency_id","resource_id")
);
--> statement-breakpoint
CREATE TABLE "compliance_reports" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"standard" text NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	"document" text NOT NULL,
	"sha256" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"subject" text NOT NULL,
	"subject_mac" text NOT NULL,
	"purpose" text NOT NULL,
	"wording" text NOT NULL,
	"wording_version" text DEFAULT '' NOT NULL,
	"given_by" text NOT NULL,
	"given_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"recorded_by" text NOT NULL,
	"recorded_by_name" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"withdrawn_at" timestamp (3) with time zone,
	"withdrawn_by" text,
	"withdrawn_by_name" text,
	"withdrawal_note" text
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity_challenges" (
	"id" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"tenant_id" text,
	"user_id" text,
	"token_hash" text NOT NULL,
	"data" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"credential_id" text NOT NULL,
	"public_key" text NOT NULL,
	"counter" bigint NOT NULL,
	"transports" jsonb NOT NULL,
	"backed_up" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"code_hash" text NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"session_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "second_factor_policies" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"everyone" boolean NOT NULL,
	"roles" text[] NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "second_factors" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"secret" text NOT NULL,
	"confirmed_at" timestamp (3) with time zone,
	"last_step" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"method" text NOT NULL,
	"second_factor" boolean NOT NULL,
	"token_hash" text NOT NULL,
	"address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"proven_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text
);
--> statement-breakpoint
CREATE TABLE "sign_in_failures" (
	"subject_hash" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"locks" integer NOT NULL,
	"locked_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"private_key" text NOT NULL,
	"public_key" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"retires_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_reason" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"name" text NOT NULL,
	"image" text,
	"role" text NOT NULL,
	"must_change_password" boolean DEFAULT false NOT NULL,
	"must_set_up_second_factor" boolean DEFAULT false NOT NULL,
	"language" text,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "custom_roles" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"permissions" jsonb NOT NULL,
	"own_only" jsonb NOT NULL,
	"clearance" text NOT NULL,
	"reach" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_attributes" (
	"user_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"clearance" text,
	"sites" jsonb,
	"access_from" timestamp (3) with time zone,
	"access_until" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_members" (
	"project_id" text NOT NULL,
	"user_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"role" text DEFAULT 'member' NOT NULL,
	CONSTRAINT "project_members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "purposes" (
	"tenant_id" text NOT NULL,
	"purpose" text NOT NULL,
	"description" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "purposes_tenant_id_purpose_pk" PRIMARY KEY("tenant_id","purpose")
);
--> statement-breakpoint
CREATE TABLE "resource_attributes" (
	"resource_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"site" text,
	"purposes" jsonb NOT NULL,
	"opens_at" timestamp (3) with time zone,
	"closes_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "resource_grants" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"resource_id" text NOT NULL,
	"user_id" text NOT NULL,
	"permission" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "resource_projects" (
	"resource_id" text NOT NULL,
	"project_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	CONSTRAINT "resource_projects_resource_id_project_id_pk" PRIMARY KEY("resource_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "legal_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"scope" text NOT NULL,
	"subject_id" text,
	"reason" text NOT NULL,
	"placed_by" text NOT NULL,
	"placed_by_name" text NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"lifted_by" text,
	"lifted_by_name" text,
	"lifted_at" timestamp (3) with time zone,
	"lift_reason" text
);
--> statement-breakpoint
CREATE TABLE "retention_policies" (
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"days" integer NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "retention_policies_tenant_id_kind_pk" PRIMARY KEY("tenant_id","kind")
);
--> statement-breakpoint
CREATE TABLE "retention_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"by" text NOT NULL,
	"items" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "scim_directories" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"enabled" boolean NOT NULL,
	"token_prefix" text NOT NULL,
	"token_hash" text NOT NULL,
	"domains" text[] NOT NULL,
	"role_mapping" jsonb NOT NULL,
	"default_role" text NOT NULL,
	"configured_role" text DEFAULT 'admin' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "scim_groups" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"directory_id" text NOT NULL,
	"display_name" text NOT NULL,
	"external_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "scim_group_members" (
	"group_id" text NOT NULL,
	"user_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	CONSTRAINT "scim_group_members_group_id_user_id_pk" PRIMARY KEY("group_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "scim_users" (
	"user_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"directory_id" text NOT NULL,
	"user_name" text NOT NULL,
	"user_name_key" text NOT NULL,
	"external_id" text,
	"attributes" jsonb NOT NULL,
	"made_user" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signatures" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"object_kind" text NOT NULL,
	"object_id" text NOT NULL,
	"signer_id" text NOT NULL,
	"meaning" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	"document" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "single_sign_on_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"connection_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "single_sign_on_links" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" text NOT NULL,
	"made_user" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "single_sign_on_connections" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"enabled" boolean NOT NULL,
	"shown_to_all" boolean NOT NULL,
	"creates_users" boolean NOT NULL,
	"trusts_second_factor" boolean NOT NULL,
	"role_mapping" jsonb NOT NULL,
	"default_role" text,
	"oidc" jsonb,
	"saml" jsonb,
	"client_secret" text,
	"configured_role" text DEFAULT 'admin' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "threat_blocks" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"subject_name" text,
	"threat_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"lifted_at" timestamp (3) with time zone,
	"lifted_by" text
);
--> statement-breakpoint
CREATE TABLE "threat_policies" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_by_name" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "threats" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"status" text NOT NULL,
	"verdict" text,
	"fingerprint" text NOT NULL,
	"rule" text NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"occurrences" integer NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"address" text,
	"credential_id" text,
	"evidence" jsonb NOT NULL,
	"response" text NOT NULL,
	"actions" jsonb NOT NULL,
	"note" text,
	"handled_by" text,
	"handled_by_name" text,
	"handled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "privacy_budgets" (
	"tenant_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"epsilon" double precision NOT NULL,
	"delta" double precision NOT NULL,
	"composition" text NOT NULL,
	"set_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "privacy_budgets_tenant_id_dataset_id_pk" PRIMARY KEY("tenant_id","dataset_id")
);
--> statement-breakpoint
CREATE TABLE "privacy_keys" (
	"tenant_id" text NOT NULL,
	"scope" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "privacy_keys_tenant_id_scope_pk" PRIMARY KEY("tenant_id","scope")
);
--> statement-breakpoint
CREATE TABLE "privacy_ledger" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"version_id" text NOT NULL,
	"question_sha256" text NOT NULL,
	"question" jsonb NOT NULL,
	"epsilon" double precision NOT NULL,
	"delta" double precision NOT NULL,
	"rho" double precision NOT NULL,
	"answer" jsonb NOT NULL,
	"asked_by" text NOT NULL,
	"asked_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_connections" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"settings" jsonb NOT NULL,
	"secrets" text,
	"secrets_set" jsonb NOT NULL,
	"tested_at" timestamp (3) with time zone NOT NULL,
	"problem" jsonb,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_files" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_import_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"import_id" text NOT NULL,
	"job_id" text,
	"status" text NOT NULL,
	"rows_read" bigint DEFAULT 0 NOT NULL,
	"rows_total" bigint,
	"left_out" bigint DEFAULT 0 NOT NULL,
	"misfits" bigint DEFAULT 0 NOT NULL,
	"cursor_from" text,
	"cursor_to" text,
	"content_sha256" text,
	"changes" jsonb NOT NULL,
	"error" jsonb,
	"dataset_id" text,
	"version_id" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_imports" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"selection" jsonb NOT NULL,
	"dataset_name" text NOT NULL,
	"mode" text NOT NULL,
	"cursor_column" text,
	"cursor" jsonb,
	"schedule" text,
	"next_at" timestamp (3) with time zone,
	"on_change" text NOT NULL,
	"dataset_id" text,
	"columns" jsonb,
	"files" jsonb,
	"job_id" text,
	"revision" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"actor_name" text NOT NULL,
	"actor_role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"number" integer NOT NULL,
	"identity" text NOT NULL,
	"upload_id" text NOT NULL,
	"file_name" text NOT NULL,
	"raw_key" text NOT NULL,
	"lake_prefix" text NOT NULL,
	"format" text NOT NULL,
	"rows" bigint NOT NULL,
	"columns" jsonb NOT NULL,
	"rejected_rows" bigint NOT NULL,
	"quality_score" double precision NOT NULL,
	"issue_count" integer NOT NULL,
	"parquet_bytes" bigint NOT NULL,
	"source_bytes" bigint NOT NULL,
	"source_sha256" text NOT NULL,
	"content_sha256" text NOT NULL,
	"overrides" jsonb NOT NULL,
	"warnings" jsonb NOT NULL,
	"provenance_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"table_name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"file_name" text NOT NULL,
	"format" text NOT NULL,
	"sample" boolean DEFAULT false NOT NULL,
	"sensitivity" text DEFAULT 'internal' NOT NULL,
	"rules" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"pseudonym_key" text,
	"current_version_id" text NOT NULL,
	"version_count" integer NOT NULL,
	"rows" bigint NOT NULL,
	"quality_score" double precision NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"request_id" text NOT NULL,
	"job_id" text NOT NULL,
	"status" text NOT NULL,
	"plan" jsonb NOT NULL,
	"decisions" jsonb NOT NULL,
	"progress" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"started_by" text NOT NULL,
	"started_by_name" text NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"error" text,
	"certificate" text,
	"sha256" text,
	"signature" text,
	"key_id" text
);
--> statement-breakpoint
CREATE TABLE "insights" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"version_id" text NOT NULL,
	"view" text NOT NULL,
	"measure" text,
	"time_column" text,
	"seed" integer NOT NULL,
	"finding_count" integer NOT NULL,
	"content_sha256" text NOT NULL,
	"report" text NOT NULL,
	"provenance_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset_joins" (
	"tenant_id" text NOT NULL,
	"version_a" text NOT NULL,
	"version_b" text NOT NULL,
	"joins" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dataset_joins_version_a_version_b_pk" PRIMARY KEY("version_a","version_b")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"synonyms" jsonb NOT NULL,
	"description" text NOT NULL,
	"dataset_id" text NOT NULL,
	"expression" text,
	"sealed" "bytea",
	"unit" text,
	"approval" text NOT NULL,
	"approved_by" text,
	"approved_at" timestamp (3) with time zone,
	"approval_note" text,
	"revision" integer NOT NULL,
	"created_by" text NOT NULL,
	"defined_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "queries" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"question" text,
	"sql" text,
	"sealed" "bytea",
	"dataset_ids" jsonb NOT NULL,
	"version_ids" jsonb NOT NULL,
	"answered" boolean NOT NULL,
	"answered_by" text NOT NULL,
	"note" text,
	"row_count" integer,
	"execution_ms" double precision,
	"cached" boolean NOT NULL,
	"answer_sha256" text,
	"provenance_id" text,
	"dashboard_id" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stream_topics" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"columns" jsonb NOT NULL,
	"time_column" text,
	"retention_hours" integer NOT NULL,
	"retention_megabytes" integer NOT NULL,
	"on_invalid" text NOT NULL,
	"dataset_id" text NOT NULL,
	"landed_offset" bigint DEFAULT 0 NOT NULL,
	"landed_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stream_window_results" (
	"tenant_id" text NOT NULL,
	"window_id" text NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"window_end" timestamp (3) with time zone NOT NULL,
	"final" boolean NOT NULL,
	"truncated" boolean NOT NULL,
	"rows" jsonb NOT NULL,
	CONSTRAINT "stream_window_results_window_id_window_start_window_end_pk" PRIMARY KEY("window_id","window_start","window_end")
);
--> statement-breakpoint
CREATE TABLE "stream_windows" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"topic_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"size_seconds" integer NOT NULL,
	"slide_seconds" integer,
	"session_key" text,
	"lateness_seconds" integer NOT NULL,
	"sql" text,
	"sealed" "bytea",
	"columns" jsonb NOT NULL,
	"read_from" bigint NOT NULL,
	"seen_offset" bigint NOT NULL,
	"watermark" timestamp (3) with time zone,
	"late_events" bigint DEFAULT 0 NOT NULL,
	"error" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_searches" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"request_id" text,
	"job_id" text NOT NULL,
	"sealed" text,
	"identifiers" integer NOT NULL,
	"columns" text NOT NULL,
	"match" text NOT NULL,
	"findings" jsonb,
	"searched_by" text NOT NULL,
	"searched_by_name" text NOT NULL,
	"began_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "subject_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"sealed" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"extended_until" timestamp (3) with time zone,
	"extended_at" timestamp (3) with time zone,
	"identity_at" timestamp (3) with time zone,
	"identity_by" text,
	"identity_by_name" text,
	"handler_id" text,
	"handler_name" text,
	"recorded_by" text NOT NULL,
	"recorded_by_name" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_by" text,
	"closed_by_name" text,
	"search_id" text,
	"erasure_id" text
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"file_name" text NOT NULL,
	"status" text NOT NULL,
	"size_bytes" bigint,
	"received_bytes" bigint DEFAULT 0 NOT NULL,
	"dataset_id" text,
	"overrides" jsonb NOT NULL,
	"sample" boolean DEFAULT false NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"name" text,
	"object_key" text,
	"sha256" text,
	"job_id" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_challenge_predictions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"challenge_id" text NOT NULL,
	"arm" text NOT NULL,
	"unit" text NOT NULL,
	"agreed" boolean,
	"difference" double precision,
	"said" text,
	"sealed" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"counted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_challenges" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"champion_id" text NOT NULL,
	"champion_number" integer NOT NULL,
	"challenger_id" text NOT NULL,
	"challenger_number" integer NOT NULL,
	"mode" text NOT NULL,
	"share" double precision NOT NULL,
	"salt" text NOT NULL,
	"metric" text NOT NULL,
	"error_scale" double precision,
	"alpha" double precision NOT NULL,
	"margin" double precision NOT NULL,
	"stop" jsonb NOT NULL,
	"status" text NOT NULL,
	"decision" text,
	"decided_at" timestamp (3) with time zone,
	"ended_because" text,
	"champion_rows" integer NOT NULL,
	"challenger_rows" integer NOT NULL,
	"lost" integer NOT NULL,
	"compared" integer NOT NULL,
	"agreed" integer NOT NULL,
	"difference_sum" double precision NOT NULL,
	"difference_absolute" double precision NOT NULL,
	"difference_largest" double precision NOT NULL,
	"test" jsonb NOT NULL,
	"promotion_id" text,
	"comment" text NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_by" text,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_experiments" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"tags" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_logged_models" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"name" text NOT NULL,
	"model_type" text NOT NULL,
	"status" text NOT NULL,
	"params" jsonb NOT NULL,
	"tags" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_metric_points" (
	"tenant_id" text NOT NULL,
	"key" text NOT NULL,
	"step" bigint NOT NULL,
	"at" bigint NOT NULL,
	"value" double precision NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "ml_metric_points_run_id_key_step_at_value_pk" PRIMARY KEY("run_id","key","step","at","value")
);
--> statement-breakpoint
CREATE TABLE "ml_run_artifacts" (
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"path" text NOT NULL,
	"object_key" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ml_run_artifacts_run_id_path_pk" PRIMARY KEY("run_id","path")
);
--> statement-breakpoint
CREATE TABLE "ml_run_inputs" (
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"name" text NOT NULL,
	"digest" text NOT NULL,
	"source_type" text NOT NULL,
	"source" text NOT NULL,
	"schema" text,
	"profile" text,
	"tags" jsonb NOT NULL,
	"version_id" text,
	"dataset_id" text,
	"content_sha256" text,
	CONSTRAINT "ml_run_inputs_run_id_name_digest_pk" PRIMARY KEY("run_id","name","digest")
);
--> statement-breakpoint
CREATE TABLE "ml_run_metrics" (
	"tenant_id" text NOT NULL,
	"key" text NOT NULL,
	"step" bigint NOT NULL,
	"at" bigint NOT NULL,
	"value" double precision NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "ml_run_metrics_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "ml_run_params" (
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "ml_run_params_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "ml_run_tags" (
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "ml_run_tags_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "ml_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"experiment_id" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_feature_materialisations" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"view_id" text NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"job_id" text NOT NULL,
	"scheduled" boolean NOT NULL,
	"inputs" jsonb NOT NULL,
	"rows" bigint NOT NULL,
	"entities" bigint NOT NULL,
	"tied_rows" bigint NOT NULL,
	"online_rows" integer NOT NULL,
	"online_left_out" bigint NOT NULL,
	"dataset_id" text,
	"version_id" text,
	"first_event_at" timestamp (3) with time zone,
	"last_event_at" timestamp (3) with time zone,
	"provenance_id" text,
	"error" jsonb,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_feature_view_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"view_id" text NOT NULL,
	"number" integer NOT NULL,
	"sql" text,
	"sealed" "bytea",
	"meaning" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_feature_views" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"tags" text[] NOT NULL,
	"number" integer NOT NULL,
	"revision" integer NOT NULL,
	"cron" text,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"next_at" timestamp (3) with time zone,
	"scheduled_by" text,
	"offline_dataset_id" text,
	"lookup_key" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_online_features" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"view_id" text NOT NULL,
	"number" integer NOT NULL,
	"event_us" bigint NOT NULL,
	"known_us" bigint NOT NULL,
	"entity" text,
	"values" text,
	"sealed" "bytea"
);
--> statement-breakpoint
CREATE TABLE "ml_critical_policies" (
	"tenant_id" text NOT NULL,
	"number" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ml_critical_policies_tenant_id_number_pk" PRIMARY KEY("tenant_id","number")
);
--> statement-breakpoint
CREATE TABLE "ml_model_records" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"version_id" text NOT NULL,
	"kind" text NOT NULL,
	"number" integer NOT NULL,
	"risk_class" text,
	"document" text NOT NULL,
	"sha256" text NOT NULL,
	"seal" text NOT NULL,
	"key_id" text NOT NULL,
	"sights" jsonb NOT NULL,
	"provenance_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"approved_by" text,
	"approved_at" timestamp (3) with time zone,
	"approval_signature_id" text
);
--> statement-breakpoint
CREATE TABLE "ml_prediction_reviews" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"version_id" text NOT NULL,
	"number" integer NOT NULL,
	"stage" text NOT NULL,
	"rules" jsonb NOT NULL,
	"reviews" text NOT NULL,
	"state" text NOT NULL,
	"dataset" jsonb,
	"said" text,
	"verdict" text,
	"sealed" "bytea",
	"asked_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"reviewed_by" text,
	"reviewed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_promotion_sign_offs" (
	"tenant_id" text NOT NULL,
	"promotion_id" text NOT NULL,
	"user_id" text NOT NULL,
	"comment" text NOT NULL,
	"signature_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ml_promotion_sign_offs_promotion_id_user_id_pk" PRIMARY KEY("promotion_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "ml_monitor_checks" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"monitor_id" text NOT NULL,
	"version_id" text,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"scheduled" boolean NOT NULL,
	"severity" text,
	"rows" integer NOT NULL,
	"labelled_rows" integer NOT NULL,
	"window_count" integer NOT NULL,
	"drifted_columns" integer NOT NULL,
	"dataset_id" text,
	"dataset_version_id" text,
	"view" text NOT NULL,
	"error" jsonb,
	"document" text,
	"sealed" "bytea",
	"provenance_id" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_monitor_firings" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"monitor_id" text NOT NULL,
	"rule_id" text NOT NULL,
	"name" text NOT NULL,
	"to_state" text NOT NULL,
	"check_id" text NOT NULL,
	"number" integer NOT NULL,
	"retraining_id" text,
	"withheld" text,
	"message" text,
	"sealed" "bytea",
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_monitors" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"window" jsonb NOT NULL,
	"windows" integer NOT NULL,
	"cron" text,
	"time_zone" text NOT NULL,
	"paused" boolean NOT NULL,
	"thresholds" jsonb NOT NULL,
	"rules" jsonb NOT NULL,
	"notify" jsonb NOT NULL,
	"retraining" jsonb,
	"seed" integer NOT NULL,
	"revision" integer NOT NULL,
	"anchor_id" text,
	"anchor_number" integer,
	"standing" jsonb NOT NULL,
	"check_id" text,
	"next_at" timestamp (3) with time zone,
	"next_retraining_at" timestamp (3) with time zone,
	"owner_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_outcomes" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"observed" text,
	"sealed" "bytea",
	"observed_at" timestamp (3) with time zone NOT NULL,
	"recorded_by" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_retrainings" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"monitor_id" text NOT NULL,
	"model_id" text NOT NULL,
	"cause" text NOT NULL,
	"rule_id" text,
	"state" text NOT NULL,
	"from_number" integer NOT NULL,
	"to_number" integer,
	"training_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"dataset_version_id" text NOT NULL,
	"promote_to" text,
	"comparison" jsonb,
	"promotion_id" text,
	"message" text NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_model_aliases" (
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"alias" text NOT NULL,
	"number" integer NOT NULL,
	CONSTRAINT "ml_model_aliases_model_id_alias_pk" PRIMARY KEY("model_id","alias")
);
--> statement-breakpoint
CREATE TABLE "ml_model_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"number" integer NOT NULL,
	"description" text NOT NULL,
	"tags" jsonb NOT NULL,
	"stage" text NOT NULL,
	"source" text NOT NULL,
	"run_link" text,
	"run_id" text,
	"folder" text NOT NULL,
	"facts" jsonb NOT NULL,
	"facts_sha256" text NOT NULL,
	"provenance_id" text NOT NULL,
	"erasures" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_models" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"tags" jsonb NOT NULL,
	"policy" jsonb NOT NULL,
	"prediction_log" jsonb,
	"last_number" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ml_promotions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"version_id" text NOT NULL,
	"kind" text NOT NULL,
	"from_stage" text NOT NULL,
	"to_stage" text NOT NULL,
	"state" text NOT NULL,
	"archive_existing" boolean NOT NULL,
	"checks" jsonb NOT NULL,
	"comment" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"decision_comment" text,
	"signature_id" text,
	"critical" jsonb
);
--> statement-breakpoint
CREATE TABLE "ml_model_reports" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"version_id" text NOT NULL,
	"kind" text NOT NULL,
	"dataset_id" text NOT NULL,
	"dataset_version_id" text NOT NULL,
	"view" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"document" jsonb NOT NULL,
	"figures" jsonb NOT NULL,
	"provenance_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_predictions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"number" integer NOT NULL,
	"said" text,
	"sealed" "bytea",
	"asked_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_trained_versions" (
	"version_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"model_id" text NOT NULL,
	"kind" text NOT NULL,
	"dataset_id" text NOT NULL,
	"dataset_version_id" text NOT NULL,
	"view" text NOT NULL,
	"columns" jsonb NOT NULL,
	"origins" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"model_key" text NOT NULL,
	"model_bytes" bigint NOT NULL,
	"model_sha256" text NOT NULL,
	"evaluation_key" text NOT NULL,
	"rows" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_trainings" (
	"job_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"dataset_id" text NOT NULL,
	"dataset_version_id" text NOT NULL,
	"target" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"progress" jsonb,
	"state_key" text,
	"error" jsonb,
	"result" jsonb,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "dashboard_alert_entries" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"alert_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"from_state" text NOT NULL,
	"to_state" text NOT NULL,
	"value" double precision,
	"expected" text NOT NULL,
	"message" text NOT NULL,
	"told" text NOT NULL,
	"told_error" text
);
--> statement-breakpoint
CREATE TABLE "dashboard_alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dashboard_id" text NOT NULL,
	"tile_id" text NOT NULL,
	"dataset_ids" text[] NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"column_name" text,
	"take" text NOT NULL,
	"state" jsonb NOT NULL,
	"rule" jsonb NOT NULL,
	"cron" text NOT NULL,
	"time_zone" text NOT NULL,
	"quiet_hours" jsonb,
	"cool_down_minutes" integer NOT NULL,
	"deliver" jsonb NOT NULL,
	"sealed_secret" text,
	"tell_missing" boolean NOT NULL,
	"tell_resolved" boolean NOT NULL,
	"paused" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'unknown' NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"value" double precision,
	"message" text DEFAULT '' NOT NULL,
	"error" text,
	"told_at" timestamp (3) with time zone,
	"waiting" boolean DEFAULT false NOT NULL,
	"acknowledged_by" text,
	"acknowledged_at" timestamp (3) with time zone,
	"history" jsonb NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dashboard_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dashboard_id" text NOT NULL,
	"tile_id" text,
	"thread_id" text,
	"text" text,
	"sealed" "bytea",
	"mentions" jsonb NOT NULL,
	"author_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"edited_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text
);
--> statement-breakpoint
CREATE TABLE "dashboard_versions" (
	"tenant_id" text NOT NULL,
	"dashboard_id" text NOT NULL,
	"revision" integer NOT NULL,
	"document" text,
	"sealed" "bytea",
	"note" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dashboard_versions_dashboard_id_revision_pk" PRIMARY KEY("dashboard_id","revision")
);
--> statement-breakpoint
CREATE TABLE "dashboards" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"document" text,
	"sealed" "bytea",
	"dataset_ids" jsonb NOT NULL,
	"metric_ids" jsonb NOT NULL,
	"revision" integer NOT NULL,
	"sample" boolean DEFAULT false NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "dashboard_schedule_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"schedule_id" text NOT NULL,
	"status" text NOT NULL,
	"by_hand" boolean NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"sent_to" text[] NOT NULL,
	"webhook_status" integer,
	"bytes" integer,
	"error" jsonb
);
--> statement-breakpoint
CREATE TABLE "dashboard_schedules" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dashboard_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"cron" text NOT NULL,
	"time_zone" text NOT NULL,
	"format" text NOT NULL,
	"scheme" text NOT NULL,
	"state" jsonb NOT NULL,
	"deliver" jsonb NOT NULL,
	"sealed_secret" text,
	"paused" boolean DEFAULT false NOT NULL,
	"next_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dashboard_shares" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"dashboard_id" text NOT NULL,
	"kind" text NOT NULL,
	"label" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text,
	"sealed_key" text NOT NULL,
	"password_hash" text,
	"filters" text NOT NULL,
	"state" jsonb NOT NULL,
	"allowed_origins" text[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"opened" integer DEFAULT 0 NOT NULL,
	"last_opened_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sharing_policies" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "provenance_links" ADD CONSTRAINT "provenance_links_derivation_id_provenance_derivations_id_fk" FOREIGN KEY ("derivation_id") REFERENCES "public"."provenance_derivations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_replaced_by_api_keys_id_fk" FOREIGN KEY ("replaced_by") REFERENCES "public"."api_keys"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergencies" ADD CONSTRAINT "emergencies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergencies" ADD CONSTRAINT "emergencies_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency_uses" ADD CONSTRAINT "emergency_uses_emergency_id_emergencies_id_fk" FOREIGN KEY ("emergency_id") REFERENCES "public"."emergencies"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency_uses" ADD CONSTRAINT "emergency_uses_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "compliance_reports" ADD CONSTRAINT "compliance_reports_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_challenges" ADD CONSTRAINT "identity_challenges_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_challenges" ADD CONSTRAINT "identity_challenges_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "second_factor_policies" ADD CONSTRAINT "second_factor_policies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "second_factors" ADD CONSTRAINT "second_factors_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "second_factors" ADD CONSTRAINT "second_factors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "custom_roles" ADD CONSTRAINT "custom_roles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_attributes" ADD CONSTRAINT "member_attributes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_attributes" ADD CONSTRAINT "member_attributes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purposes" ADD CONSTRAINT "purposes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_attributes" ADD CONSTRAINT "resource_attributes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_grants" ADD CONSTRAINT "resource_grants_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_grants" ADD CONSTRAINT "resource_grants_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_projects" ADD CONSTRAINT "resource_projects_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_projects" ADD CONSTRAINT "resource_projects_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_policies" ADD CONSTRAINT "retention_policies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_runs" ADD CONSTRAINT "retention_runs_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_directories" ADD CONSTRAINT "scim_directories_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_groups" ADD CONSTRAINT "scim_groups_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_groups" ADD CONSTRAINT "scim_groups_directory_id_scim_directories_id_fk" FOREIGN KEY ("directory_id") REFERENCES "public"."scim_directories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_group_members" ADD CONSTRAINT "scim_group_members_group_id_scim_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."scim_groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_group_members" ADD CONSTRAINT "scim_group_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_group_members" ADD CONSTRAINT "scim_group_members_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_directory_id_scim_directories_id_fk" FOREIGN KEY ("directory_id") REFERENCES "public"."scim_directories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_domains" ADD CONSTRAINT "single_sign_on_domains_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_domains" ADD CONSTRAINT "single_sign_on_domains_connection_id_single_sign_on_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."single_sign_on_connections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_links" ADD CONSTRAINT "single_sign_on_links_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_links" ADD CONSTRAINT "single_sign_on_links_connection_id_single_sign_on_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."single_sign_on_connections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_links" ADD CONSTRAINT "single_sign_on_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "single_sign_on_connections" ADD CONSTRAINT "single_sign_on_connections_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threat_blocks" ADD CONSTRAINT "threat_blocks_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threat_blocks" ADD CONSTRAINT "threat_blocks_threat_id_threats_id_fk" FOREIGN KEY ("threat_id") REFERENCES "public"."threats"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threat_policies" ADD CONSTRAINT "threat_policies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threats" ADD CONSTRAINT "threats_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_import_runs" ADD CONSTRAINT "source_import_runs_import_id_source_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."source_imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_imports" ADD CONSTRAINT "source_imports_connection_id_source_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."source_connections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insights" ADD CONSTRAINT "insights_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "insights" ADD CONSTRAINT "insights_version_id_dataset_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stream_window_results" ADD CONSTRAINT "stream_window_results_window_id_stream_windows_id_fk" FOREIGN KEY ("window_id") REFERENCES "public"."stream_windows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stream_windows" ADD CONSTRAINT "stream_windows_topic_id_stream_topics_id_fk" FOREIGN KEY ("topic_id") REFERENCES "public"."stream_topics"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_challenge_predictions" ADD CONSTRAINT "ml_challenge_predictions_id_ml_predictions_id_fk" FOREIGN KEY ("id") REFERENCES "public"."ml_predictions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_challenge_predictions" ADD CONSTRAINT "ml_challenge_predictions_challenge_id_ml_challenges_id_fk" FOREIGN KEY ("challenge_id") REFERENCES "public"."ml_challenges"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_challenges" ADD CONSTRAINT "ml_challenges_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_logged_models" ADD CONSTRAINT "ml_logged_models_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_metric_points" ADD CONSTRAINT "ml_metric_points_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_run_artifacts" ADD CONSTRAINT "ml_run_artifacts_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_run_inputs" ADD CONSTRAINT "ml_run_inputs_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_run_metrics" ADD CONSTRAINT "ml_run_metrics_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_run_params" ADD CONSTRAINT "ml_run_params_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_run_tags" ADD CONSTRAINT "ml_run_tags_run_id_ml_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."ml_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_runs" ADD CONSTRAINT "ml_runs_experiment_id_ml_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."ml_experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_feature_materialisations" ADD CONSTRAINT "ml_feature_materialisations_view_id_ml_feature_views_id_fk" FOREIGN KEY ("view_id") REFERENCES "public"."ml_feature_views"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_feature_view_versions" ADD CONSTRAINT "ml_feature_view_versions_view_id_ml_feature_views_id_fk" FOREIGN KEY ("view_id") REFERENCES "public"."ml_feature_views"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_online_features" ADD CONSTRAINT "ml_online_features_view_id_ml_feature_views_id_fk" FOREIGN KEY ("view_id") REFERENCES "public"."ml_feature_views"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_model_records" ADD CONSTRAINT "ml_model_records_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_model_records" ADD CONSTRAINT "ml_model_records_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_prediction_reviews" ADD CONSTRAINT "ml_prediction_reviews_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_prediction_reviews" ADD CONSTRAINT "ml_prediction_reviews_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_promotion_sign_offs" ADD CONSTRAINT "ml_promotion_sign_offs_promotion_id_ml_promotions_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."ml_promotions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_monitor_checks" ADD CONSTRAINT "ml_monitor_checks_monitor_id_ml_monitors_id_fk" FOREIGN KEY ("monitor_id") REFERENCES "public"."ml_monitors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_monitor_checks" ADD CONSTRAINT "ml_monitor_checks_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_monitor_firings" ADD CONSTRAINT "ml_monitor_firings_monitor_id_ml_monitors_id_fk" FOREIGN KEY ("monitor_id") REFERENCES "public"."ml_monitors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_monitors" ADD CONSTRAINT "ml_monitors_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_outcomes" ADD CONSTRAINT "ml_outcomes_id_ml_predictions_id_fk" FOREIGN KEY ("id") REFERENCES "public"."ml_predictions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_outcomes" ADD CONSTRAINT "ml_outcomes_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_retrainings" ADD CONSTRAINT "ml_retrainings_monitor_id_ml_monitors_id_fk" FOREIGN KEY ("monitor_id") REFERENCES "public"."ml_monitors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_model_aliases" ADD CONSTRAINT "ml_model_aliases_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_model_versions" ADD CONSTRAINT "ml_model_versions_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_promotions" ADD CONSTRAINT "ml_promotions_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_model_reports" ADD CONSTRAINT "ml_model_reports_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_predictions" ADD CONSTRAINT "ml_predictions_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_trained_versions" ADD CONSTRAINT "ml_trained_versions_version_id_ml_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."ml_model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_trained_versions" ADD CONSTRAINT "ml_trained_versions_model_id_ml_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."ml_models"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_alert_entries" ADD CONSTRAINT "dashboard_alert_entries_alert_id_dashboard_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."dashboard_alerts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_comments" ADD CONSTRAINT "dashboard_comments_dashboard_id_dashboards_id_fk" FOREIGN KEY ("dashboard_id") REFERENCES "public"."dashboards"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_versions" ADD CONSTRAINT "dashboard_versions_dashboard_id_dashboards_id_fk" FOREIGN KEY ("dashboard_id") REFERENCES "public"."dashboards"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dashboard_schedule_runs" ADD CONSTRAINT "dashboard_schedule_runs_schedule_id_dashboard_schedules_id_fk" FOREIGN KEY ("schedule_id") REFERENCES "public"."dashboard_schedules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "backups_finished" ON "backups" USING btree ("finished_at");--> statement-breakpoint
CREATE UNIQUE INDEX "data_keys_context" ON "data_keys" USING btree ("context");--> statement-breakpoint
CREATE INDEX "data_keys_under" ON "data_keys" USING btree ("context" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "data_keys_key" ON "data_keys" USING btree ("key_id","id") WHERE wrapped is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "events_position" ON "events" USING btree ("position");--> statement-breakpoint
CREATE INDEX "events_unpublished" ON "events" USING btree ("inserted") WHERE position is null;--> statement-breakpoint
CREATE INDEX "events_time" ON "events" USING btree ("time");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_queue" ON "jobs" USING btree ("queue_id");--> statement-breakpoint
CREATE INDEX "jobs_tenant" ON "jobs" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "jobs_status" ON "jobs" USING btree ("tenant_id","status","id");--> statement-breakpoint
CREATE INDEX "jobs_finished" ON "jobs" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "jobs_open" ON "jobs" USING btree ("kind","created_at") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "llm_calls_tenant_time" ON "llm_calls" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "faults_fingerprint" ON "faults" USING btree ("fingerprint");--> statement-breakpoint
CREATE INDEX "faults_last" ON "faults" USING btree ("last_at");--> statement-breakpoint
CREATE UNIQUE INDEX "system_alerts_open" ON "system_alerts" USING btree ("host","measure") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "system_alerts_raised" ON "system_alerts" USING btree ("raised_at");--> statement-breakpoint
CREATE INDEX "system_samples_at" ON "system_samples" USING btree ("at");--> statement-breakpoint
CREATE INDEX "provenance_derivations_tenant" ON "provenance_derivations" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "provenance_derivations_clear" ON "provenance_derivations" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "provenance_links_entity" ON "provenance_links" USING btree ("tenant_id","entity_id","role");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "api_keys_owner" ON "api_keys" USING btree ("tenant_id","owner_id");--> statement-breakpoint
CREATE INDEX "api_keys_tenant" ON "api_keys" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_tenant" ON "audit_events" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_action" ON "audit_events" USING btree ("tenant_id","action","id");--> statement-breakpoint
CREATE INDEX "audit_events_actor" ON "audit_events" USING btree ("tenant_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_object" ON "audit_events" USING btree ("tenant_id","object_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_links_event" ON "audit_links" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "emergencies_tenant" ON "emergencies" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "emergencies_user" ON "emergencies" USING btree ("user_id","expires_at");--> statement-breakpoint
CREATE INDEX "emergencies_clear" ON "emergencies" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "emergency_uses_clear" ON "emergency_uses" USING btree ("emergency_id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "compliance_reports_tenant" ON "compliance_reports" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "consents_tenant" ON "consents" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "consents_subject" ON "consents" USING btree ("tenant_id","subject_mac");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_provider" ON "accounts" USING btree ("provider_id","account_id");--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_challenges_token" ON "identity_challenges" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "identity_challenges_user" ON "identity_challenges" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "identity_challenges_expiry" ON "identity_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "passkeys_credential" ON "passkeys" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "passkeys_user" ON "passkeys" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "recovery_codes_code" ON "recovery_codes" USING btree ("user_id","code_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_tokens_token" ON "refresh_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "refresh_tokens_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "second_factors_user" ON "second_factors" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_token" ON "sessions" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_failures_since" ON "sign_in_failures" USING btree ("since");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "users_tenant" ON "users" USING btree ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "custom_roles_name" ON "custom_roles" USING btree ("tenant_id",lower(name));--> statement-breakpoint
CREATE INDEX "member_attributes_tenant" ON "member_attributes" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "project_members_user" ON "project_members" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_name" ON "projects" USING btree ("tenant_id",lower(name));--> statement-breakpoint
CREATE INDEX "resource_attributes_tenant" ON "resource_attributes" USING btree ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "resource_grants_one" ON "resource_grants" USING btree ("resource_id","user_id","permission");--> statement-breakpoint
CREATE INDEX "resource_grants_user" ON "resource_grants" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "resource_projects_tenant" ON "resource_projects" USING btree ("tenant_id","project_id");--> statement-breakpoint
CREATE INDEX "legal_holds_tenant" ON "legal_holds" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "retention_runs_tenant" ON "retention_runs" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_directories_token" ON "scim_directories" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "scim_directories_tenant" ON "scim_directories" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "scim_groups_directory" ON "scim_groups" USING btree ("directory_id","display_name");--> statement-breakpoint
CREATE INDEX "scim_group_members_user" ON "scim_group_members" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_users_name" ON "scim_users" USING btree ("directory_id","user_name_key");--> statement-breakpoint
CREATE INDEX "scim_users_external" ON "scim_users" USING btree ("directory_id","external_id");--> statement-breakpoint
CREATE INDEX "signatures_object" ON "signatures" USING btree ("tenant_id","object_kind","object_id","id");--> statement-breakpoint
CREATE INDEX "signatures_signer" ON "signatures" USING btree ("tenant_id","signer_id","id");--> statement-breakpoint
CREATE INDEX "single_sign_on_domains_connection" ON "single_sign_on_domains" USING btree ("connection_id");--> statement-breakpoint
CREATE UNIQUE INDEX "single_sign_on_links_subject" ON "single_sign_on_links" USING btree ("connection_id","subject");--> statement-breakpoint
CREATE INDEX "single_sign_on_links_user" ON "single_sign_on_links" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "single_sign_on_connections_tenant" ON "single_sign_on_connections" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "threat_blocks_tenant" ON "threat_blocks" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "threat_blocks_subject" ON "threat_blocks" USING btree ("subject","expires_at");--> statement-breakpoint
CREATE INDEX "threat_blocks_expiry" ON "threat_blocks" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "threats_tenant" ON "threats" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "threats_fingerprint" ON "threats" USING btree ("tenant_id","fingerprint","last_at");--> statement-breakpoint
CREATE UNIQUE INDEX "privacy_ledger_question" ON "privacy_ledger" USING btree ("tenant_id","dataset_id","question_sha256");--> statement-breakpoint
CREATE INDEX "privacy_ledger_dataset" ON "privacy_ledger" USING btree ("tenant_id","dataset_id","asked_at");--> statement-breakpoint
CREATE INDEX "source_connections_tenant" ON "source_connections" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "source_files_tenant" ON "source_files" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "source_import_runs_connection" ON "source_import_runs" USING btree ("connection_id","id");--> statement-breakpoint
CREATE INDEX "source_import_runs_import" ON "source_import_runs" USING btree ("import_id","id");--> statement-breakpoint
CREATE INDEX "source_import_runs_tenant" ON "source_import_runs" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "source_imports_connection" ON "source_imports" USING btree ("connection_id","id");--> statement-breakpoint
CREATE INDEX "source_imports_tenant" ON "source_imports" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "source_imports_due" ON "source_imports" USING btree ("next_at");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_versions_number" ON "dataset_versions" USING btree ("dataset_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_versions_identity" ON "dataset_versions" USING btree ("dataset_id","identity");--> statement-breakpoint
CREATE INDEX "dataset_versions_tenant_source" ON "dataset_versions" USING btree ("tenant_id","source_sha256");--> statement-breakpoint
CREATE INDEX "dataset_versions_tenant_identity" ON "dataset_versions" USING btree ("tenant_id","identity");--> statement-breakpoint
CREATE UNIQUE INDEX "datasets_table_name" ON "datasets" USING btree ("tenant_id","table_name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "datasets_updated" ON "datasets" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "datasets_deleted" ON "datasets" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "erasures_tenant" ON "erasures" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "erasures_request" ON "erasures" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "insights_dataset" ON "insights" USING btree ("tenant_id","dataset_id","created_at","id");--> statement-breakpoint
CREATE INDEX "dataset_joins_b" ON "dataset_joins" USING btree ("version_b");--> statement-breakpoint
CREATE UNIQUE INDEX "metrics_name" ON "metrics" USING btree ("tenant_id",lower("name"));--> statement-breakpoint
CREATE INDEX "metrics_dataset" ON "metrics" USING btree ("tenant_id","dataset_id");--> statement-breakpoint
CREATE INDEX "metrics_clear" ON "metrics" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "queries_user" ON "queries" USING btree ("tenant_id","user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "queries_clear" ON "queries" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE UNIQUE INDEX "stream_topics_name" ON "stream_topics" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE INDEX "stream_topics_dataset" ON "stream_topics" USING btree ("tenant_id","dataset_id");--> statement-breakpoint
CREATE INDEX "stream_window_results_end" ON "stream_window_results" USING btree ("window_id","window_end");--> statement-breakpoint
CREATE UNIQUE INDEX "stream_windows_name" ON "stream_windows" USING btree ("topic_id","name");--> statement-breakpoint
CREATE INDEX "stream_windows_clear" ON "stream_windows" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "person_searches_tenant" ON "person_searches" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "subject_requests_tenant" ON "subject_requests" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "uploads_tenant" ON "uploads" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "uploads_unfinished" ON "uploads" USING btree ("status","updated_at");--> statement-breakpoint
CREATE INDEX "ml_challenge_predictions_challenge" ON "ml_challenge_predictions" USING btree ("challenge_id","id");--> statement-breakpoint
CREATE INDEX "ml_challenge_predictions_unit" ON "ml_challenge_predictions" USING btree ("challenge_id","unit");--> statement-breakpoint
CREATE INDEX "ml_challenges_model" ON "ml_challenges" USING btree ("tenant_id","model_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_challenges_running" ON "ml_challenges" USING btree ("model_id") WHERE status = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "ml_experiments_name" ON "ml_experiments" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE INDEX "ml_experiments_updated" ON "ml_experiments" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "ml_logged_models_run" ON "ml_logged_models" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "ml_run_inputs_version" ON "ml_run_inputs" USING btree ("version_id");--> statement-breakpoint
CREATE INDEX "ml_runs_experiment" ON "ml_runs" USING btree ("experiment_id","started_at","id");--> statement-breakpoint
CREATE INDEX "ml_runs_tenant" ON "ml_runs" USING btree ("tenant_id","started_at","id");--> statement-breakpoint
CREATE INDEX "ml_feature_materialisations_view" ON "ml_feature_materialisations" USING btree ("tenant_id","view_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_feature_view_versions_number" ON "ml_feature_view_versions" USING btree ("view_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_feature_views_name" ON "ml_feature_views" USING btree ("tenant_id","name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "ml_feature_views_next" ON "ml_feature_views" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "ml_online_features_view" ON "ml_online_features" USING btree ("tenant_id","view_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_model_records_number" ON "ml_model_records" USING btree ("model_id","kind","number");--> statement-breakpoint
CREATE INDEX "ml_model_records_model" ON "ml_model_records" USING btree ("model_id","id");--> statement-breakpoint
CREATE INDEX "ml_prediction_reviews_model" ON "ml_prediction_reviews" USING btree ("model_id","state","id");--> statement-breakpoint
CREATE INDEX "ml_monitor_checks_monitor" ON "ml_monitor_checks" USING btree ("tenant_id","monitor_id","id");--> statement-breakpoint
CREATE INDEX "ml_monitor_firings_monitor" ON "ml_monitor_firings" USING btree ("tenant_id","monitor_id","id");--> statement-breakpoint
CREATE INDEX "ml_monitors_tenant" ON "ml_monitors" USING btree ("tenant_id","model_id","id");--> statement-breakpoint
CREATE INDEX "ml_monitors_next" ON "ml_monitors" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "ml_monitors_next_retraining" ON "ml_monitors" USING btree ("next_retraining_at");--> statement-breakpoint
CREATE INDEX "ml_outcomes_model" ON "ml_outcomes" USING btree ("tenant_id","model_id","id");--> statement-breakpoint
CREATE INDEX "ml_retrainings_monitor" ON "ml_retrainings" USING btree ("tenant_id","monitor_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_retrainings_open" ON "ml_retrainings" USING btree ("monitor_id") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "ml_model_versions_number" ON "ml_model_versions" USING btree ("model_id","number");--> statement-breakpoint
CREATE INDEX "ml_model_versions_run" ON "ml_model_versions" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "ml_model_versions_tenant" ON "ml_model_versions" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ml_models_name" ON "ml_models" USING btree ("tenant_id","name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "ml_models_updated" ON "ml_models" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "ml_promotions_version" ON "ml_promotions" USING btree ("version_id","id");--> statement-breakpoint
CREATE INDEX "ml_model_reports_version" ON "ml_model_reports" USING btree ("version_id","kind","id");--> statement-breakpoint
CREATE INDEX "ml_predictions_model" ON "ml_predictions" USING btree ("model_id","id");--> statement-breakpoint
CREATE INDEX "ml_predictions_age" ON "ml_predictions" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "ml_trained_versions_model" ON "ml_trained_versions" USING btree ("model_id");--> statement-breakpoint
CREATE INDEX "ml_trainings_tenant" ON "ml_trainings" USING btree ("tenant_id","job_id");--> statement-breakpoint
CREATE INDEX "ml_trainings_dataset" ON "ml_trainings" USING btree ("dataset_id","job_id");--> statement-breakpoint
CREATE INDEX "dashboard_alert_entries_alert" ON "dashboard_alert_entries" USING btree ("tenant_id","alert_id","id");--> statement-breakpoint
CREATE INDEX "dashboard_alerts_dashboard" ON "dashboard_alerts" USING btree ("tenant_id","dashboard_id","id");--> statement-breakpoint
CREATE INDEX "dashboard_alerts_next" ON "dashboard_alerts" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "dashboard_comments_board" ON "dashboard_comments" USING btree ("dashboard_id","id");--> statement-breakpoint
CREATE INDEX "dashboard_comments_thread" ON "dashboard_comments" USING btree ("thread_id");--> statement-breakpoint
CREATE INDEX "dashboard_comments_clear" ON "dashboard_comments" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "dashboard_versions_clear" ON "dashboard_versions" USING btree ("dashboard_id","revision") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "dashboards_updated" ON "dashboards" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "dashboards_deleted" ON "dashboards" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "dashboards_clear" ON "dashboards" USING btree ("id") WHERE sealed is null;--> statement-breakpoint
CREATE INDEX "dashboard_schedule_runs_schedule" ON "dashboard_schedule_runs" USING btree ("tenant_id","schedule_id","id");--> statement-breakpoint
CREATE INDEX "dashboard_schedules_dashboard" ON "dashboard_schedules" USING btree ("tenant_id","dashboard_id","id");--> statement-breakpoint
CREATE INDEX "dashboard_schedules_next" ON "dashboard_schedules" USING btree ("next_at");--> statement-breakpoint
CREATE UNIQUE INDEX "dashboard_shares_hash" ON "dashboard_shares" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "dashboard_shares_dashboard" ON "dashboard_shares" USING btree ("tenant_id","dashboard_id","id");--> statement-breakpoint
ALTER TABLE "backups" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "backups" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "backups_owner" ON "backups" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "data_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "data_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "data_keys_owner" ON "data_keys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "event_forwards" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "event_forwards" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "event_forwards_owner" ON "event_forwards" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "events" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "events_owner" ON "events" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "events_tenant" ON "events" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "events" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "jobs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "jobs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "jobs_owner" ON "jobs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "jobs_tenant" ON "jobs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "jobs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "llm_calls" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "llm_calls" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "llm_calls_owner" ON "llm_calls" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "llm_calls_tenant" ON "llm_calls" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "llm_calls" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "faults" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "faults" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "faults_owner" ON "faults" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "system_alerts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "system_alerts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "system_alerts_owner" ON "system_alerts" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "system_samples" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "system_samples" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "system_samples_owner" ON "system_samples" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "provenance_derivations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "provenance_derivations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "provenance_derivations_owner" ON "provenance_derivations" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "provenance_derivations_tenant" ON "provenance_derivations" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "provenance_derivations" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "provenance_links" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "provenance_links" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "provenance_links_owner" ON "provenance_links" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "provenance_links_tenant" ON "provenance_links" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "provenance_derivations" p where p."id" = "provenance_links"."derivation_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "provenance_links" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "api_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "api_keys_owner" ON "api_keys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "api_keys_tenant" ON "api_keys" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "api_keys"."owner_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "api_keys" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_events" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "audit_events_owner" ON "audit_events" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_events_tenant" ON "audit_events" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert ON "audit_events" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "audit_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "audit_keys_owner" ON "audit_keys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "audit_links" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_links" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "audit_links_owner" ON "audit_links" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_links_tenant" ON "audit_links" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert ON "audit_links" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "audit_pending" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_pending" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "audit_pending_owner" ON "audit_pending" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_pending_tenant" ON "audit_pending" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "audit_pending" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "audit_seals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_seals" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "audit_seals_owner" ON "audit_seals" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "emergencies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "emergencies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "emergencies_owner" ON "emergencies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "emergencies_tenant" ON "emergencies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "emergencies"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "emergencies" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "emergency_uses" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "emergency_uses" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "emergency_uses_owner" ON "emergency_uses" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "emergency_uses_tenant" ON "emergency_uses" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "emergencies" p where p."id" = "emergency_uses"."emergency_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "emergency_uses" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "compliance_reports" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "compliance_reports" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "compliance_reports_owner" ON "compliance_reports" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "compliance_reports_tenant" ON "compliance_reports" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "compliance_reports" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "consents" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "consents" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "consents_owner" ON "consents" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "consents_tenant" ON "consents" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "consents" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "accounts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "accounts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "accounts_owner" ON "accounts" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "accounts_tenant" ON "accounts" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "accounts"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "accounts" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "identity_challenges" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "identity_challenges" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "identity_challenges_owner" ON "identity_challenges" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "identity_challenges_tenant" ON "identity_challenges" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and ("identity_challenges"."user_id" is null or exists (select from "users" p where p."id" = "identity_challenges"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "identity_challenges" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "passkeys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "passkeys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "passkeys_owner" ON "passkeys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "passkeys_tenant" ON "passkeys" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "passkeys"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "passkeys" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "recovery_codes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "recovery_codes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "recovery_codes_owner" ON "recovery_codes" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "recovery_codes_tenant" ON "recovery_codes" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "recovery_codes"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "recovery_codes" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "refresh_tokens" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "refresh_tokens" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "refresh_tokens_owner" ON "refresh_tokens" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "refresh_tokens_tenant" ON "refresh_tokens" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "sessions" p where p."id" = "refresh_tokens"."session_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "refresh_tokens" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "second_factor_policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "second_factor_policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "second_factor_policies_owner" ON "second_factor_policies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "second_factor_policies_tenant" ON "second_factor_policies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "second_factor_policies" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "second_factors" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "second_factors" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "second_factors_owner" ON "second_factors" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "second_factors_tenant" ON "second_factors" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "second_factors"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "second_factors" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sessions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "sessions_owner" ON "sessions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "sessions_tenant" ON "sessions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "sessions"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "sessions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "sign_in_failures" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sign_in_failures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "sign_in_failures_owner" ON "sign_in_failures" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "signing_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "signing_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "signing_keys_owner" ON "signing_keys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenants" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenants_owner" ON "tenants" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenants_tenant" ON "tenants" TO stroma_tenant USING (id = (select current_setting('stroma.tenant', true))) WITH CHECK (id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, update ON "tenants" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "users" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "users_owner" ON "users" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "users_tenant" ON "users" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "users" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "custom_roles" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "custom_roles" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "custom_roles_owner" ON "custom_roles" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "custom_roles_tenant" ON "custom_roles" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "custom_roles" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "member_attributes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "member_attributes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "member_attributes_owner" ON "member_attributes" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "member_attributes_tenant" ON "member_attributes" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "member_attributes"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "member_attributes" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "project_members" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "project_members" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "project_members_owner" ON "project_members" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "project_members_tenant" ON "project_members" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "projects" p where p."id" = "project_members"."project_id")) and (exists (select from "users" p where p."id" = "project_members"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "project_members" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "projects" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "projects" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "projects_owner" ON "projects" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "projects_tenant" ON "projects" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "projects" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "purposes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "purposes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "purposes_owner" ON "purposes" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "purposes_tenant" ON "purposes" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "purposes" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "resource_attributes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "resource_attributes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "resource_attributes_owner" ON "resource_attributes" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "resource_attributes_tenant" ON "resource_attributes" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "resource_attributes" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "resource_grants" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "resource_grants" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "resource_grants_owner" ON "resource_grants" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "resource_grants_tenant" ON "resource_grants" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "resource_grants"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "resource_grants" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "resource_projects" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "resource_projects" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "resource_projects_owner" ON "resource_projects" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "resource_projects_tenant" ON "resource_projects" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "projects" p where p."id" = "resource_projects"."project_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "resource_projects" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "legal_holds" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "legal_holds" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "legal_holds_owner" ON "legal_holds" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "legal_holds_tenant" ON "legal_holds" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "legal_holds" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "retention_policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "retention_policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "retention_policies_owner" ON "retention_policies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "retention_policies_tenant" ON "retention_policies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "retention_policies" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "retention_runs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "retention_runs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "retention_runs_owner" ON "retention_runs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "retention_runs_tenant" ON "retention_runs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "retention_runs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "scim_directories" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "scim_directories" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "scim_directories_owner" ON "scim_directories" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "scim_directories_tenant" ON "scim_directories" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "scim_directories" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "scim_groups" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "scim_groups" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "scim_groups_owner" ON "scim_groups" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "scim_groups_tenant" ON "scim_groups" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "scim_directories" p where p."id" = "scim_groups"."directory_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "scim_groups" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "scim_group_members" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "scim_group_members" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "scim_group_members_owner" ON "scim_group_members" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "scim_group_members_tenant" ON "scim_group_members" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "scim_groups" p where p."id" = "scim_group_members"."group_id")) and (exists (select from "users" p where p."id" = "scim_group_members"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "scim_group_members" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "scim_users" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "scim_users" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "scim_users_owner" ON "scim_users" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "scim_users_tenant" ON "scim_users" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "users" p where p."id" = "scim_users"."user_id")) and (exists (select from "scim_directories" p where p."id" = "scim_users"."directory_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "scim_users" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "signatures" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "signatures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "signatures_owner" ON "signatures" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "signatures_tenant" ON "signatures" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert ON "signatures" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "single_sign_on_domains" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "single_sign_on_domains" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "single_sign_on_domains_owner" ON "single_sign_on_domains" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "single_sign_on_domains_tenant" ON "single_sign_on_domains" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "single_sign_on_connections" p where p."id" = "single_sign_on_domains"."connection_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "single_sign_on_domains" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "single_sign_on_links" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "single_sign_on_links" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "single_sign_on_links_owner" ON "single_sign_on_links" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "single_sign_on_links_tenant" ON "single_sign_on_links" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "single_sign_on_connections" p where p."id" = "single_sign_on_links"."connection_id")) and (exists (select from "users" p where p."id" = "single_sign_on_links"."user_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "single_sign_on_links" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "single_sign_on_connections" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "single_sign_on_connections" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "single_sign_on_connections_owner" ON "single_sign_on_connections" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "single_sign_on_connections_tenant" ON "single_sign_on_connections" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "single_sign_on_connections" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "threat_blocks" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "threat_blocks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "threat_blocks_owner" ON "threat_blocks" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "threat_blocks_tenant" ON "threat_blocks" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "threats" p where p."id" = "threat_blocks"."threat_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "threat_blocks" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "threat_policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "threat_policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "threat_policies_owner" ON "threat_policies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "threat_policies_tenant" ON "threat_policies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "threat_policies" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "threats" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "threats" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "threats_owner" ON "threats" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "threats_tenant" ON "threats" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "threats" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "privacy_budgets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "privacy_budgets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "privacy_budgets_owner" ON "privacy_budgets" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "privacy_budgets_tenant" ON "privacy_budgets" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "privacy_budgets" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "privacy_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "privacy_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "privacy_keys_owner" ON "privacy_keys" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "privacy_keys_tenant" ON "privacy_keys" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "privacy_keys" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "privacy_ledger" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "privacy_ledger" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "privacy_ledger_owner" ON "privacy_ledger" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "privacy_ledger_tenant" ON "privacy_ledger" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "privacy_ledger" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "source_connections" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "source_connections" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "source_connections_owner" ON "source_connections" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "source_connections_tenant" ON "source_connections" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "source_connections" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "source_files" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "source_files" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "source_files_owner" ON "source_files" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "source_files_tenant" ON "source_files" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "source_files" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "source_import_runs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "source_import_runs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "source_import_runs_owner" ON "source_import_runs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "source_import_runs_tenant" ON "source_import_runs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "source_imports" p where p."id" = "source_import_runs"."import_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "source_import_runs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "source_imports" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "source_imports" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "source_imports_owner" ON "source_imports" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "source_imports_tenant" ON "source_imports" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "source_connections" p where p."id" = "source_imports"."connection_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "source_imports" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dataset_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dataset_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dataset_versions_owner" ON "dataset_versions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dataset_versions_tenant" ON "dataset_versions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "datasets" p where p."id" = "dataset_versions"."dataset_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dataset_versions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "datasets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "datasets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "datasets_owner" ON "datasets" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "datasets_tenant" ON "datasets" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "datasets" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "erasures" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "erasures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "erasures_owner" ON "erasures" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "erasures_tenant" ON "erasures" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "erasures" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "insights" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "insights" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "insights_owner" ON "insights" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "insights_tenant" ON "insights" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "datasets" p where p."id" = "insights"."dataset_id")) and (exists (select from "dataset_versions" p where p."id" = "insights"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "insights" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dataset_joins" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dataset_joins" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dataset_joins_owner" ON "dataset_joins" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dataset_joins_tenant" ON "dataset_joins" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dataset_joins" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "metrics" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "metrics" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "metrics_owner" ON "metrics" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "metrics_tenant" ON "metrics" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "metrics" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "queries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "queries" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "queries_owner" ON "queries" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "queries_tenant" ON "queries" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "queries" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "stream_topics" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "stream_topics" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "stream_topics_owner" ON "stream_topics" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "stream_topics_tenant" ON "stream_topics" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "stream_topics" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "stream_window_results" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "stream_window_results" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "stream_window_results_owner" ON "stream_window_results" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "stream_window_results_tenant" ON "stream_window_results" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "stream_windows" p where p."id" = "stream_window_results"."window_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "stream_window_results" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "stream_windows" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "stream_windows" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "stream_windows_owner" ON "stream_windows" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "stream_windows_tenant" ON "stream_windows" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "stream_topics" p where p."id" = "stream_windows"."topic_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "stream_windows" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "person_searches" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "person_searches" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "person_searches_owner" ON "person_searches" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "person_searches_tenant" ON "person_searches" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "person_searches" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "subject_requests" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "subject_requests" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "subject_requests_owner" ON "subject_requests" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "subject_requests_tenant" ON "subject_requests" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "subject_requests" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "uploads" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "uploads" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "uploads_owner" ON "uploads" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "uploads_tenant" ON "uploads" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "uploads" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_challenge_predictions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_challenge_predictions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_challenge_predictions_owner" ON "ml_challenge_predictions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_challenge_predictions_tenant" ON "ml_challenge_predictions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_predictions" p where p."id" = "ml_challenge_predictions"."id")) and (exists (select from "ml_challenges" p where p."id" = "ml_challenge_predictions"."challenge_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_challenge_predictions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_challenges" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_challenges" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_challenges_owner" ON "ml_challenges" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_challenges_tenant" ON "ml_challenges" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_challenges"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_challenges" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_experiments" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_experiments" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_experiments_owner" ON "ml_experiments" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_experiments_tenant" ON "ml_experiments" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_experiments" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_logged_models" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_logged_models" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_logged_models_owner" ON "ml_logged_models" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_logged_models_tenant" ON "ml_logged_models" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_logged_models"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_logged_models" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_metric_points" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_metric_points" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_metric_points_owner" ON "ml_metric_points" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_metric_points_tenant" ON "ml_metric_points" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_metric_points"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_metric_points" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_run_artifacts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_run_artifacts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_run_artifacts_owner" ON "ml_run_artifacts" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_run_artifacts_tenant" ON "ml_run_artifacts" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_run_artifacts"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_run_artifacts" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_run_inputs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_run_inputs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_run_inputs_owner" ON "ml_run_inputs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_run_inputs_tenant" ON "ml_run_inputs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_run_inputs"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_run_inputs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_run_metrics" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_run_metrics" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_run_metrics_owner" ON "ml_run_metrics" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_run_metrics_tenant" ON "ml_run_metrics" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_run_metrics"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_run_metrics" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_run_params" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_run_params" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_run_params_owner" ON "ml_run_params" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_run_params_tenant" ON "ml_run_params" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_run_params"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_run_params" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_run_tags" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_run_tags" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_run_tags_owner" ON "ml_run_tags" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_run_tags_tenant" ON "ml_run_tags" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_runs" p where p."id" = "ml_run_tags"."run_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_run_tags" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_runs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_runs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_runs_owner" ON "ml_runs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_runs_tenant" ON "ml_runs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_experiments" p where p."id" = "ml_runs"."experiment_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_runs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_feature_materialisations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_feature_materialisations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_feature_materialisations_owner" ON "ml_feature_materialisations" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_feature_materialisations_tenant" ON "ml_feature_materialisations" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_feature_views" p where p."id" = "ml_feature_materialisations"."view_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_feature_materialisations" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_feature_view_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_feature_view_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_feature_view_versions_owner" ON "ml_feature_view_versions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_feature_view_versions_tenant" ON "ml_feature_view_versions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_feature_views" p where p."id" = "ml_feature_view_versions"."view_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_feature_view_versions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_feature_views" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_feature_views" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_feature_views_owner" ON "ml_feature_views" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_feature_views_tenant" ON "ml_feature_views" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_feature_views" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_online_features" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_online_features" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_online_features_owner" ON "ml_online_features" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_online_features_tenant" ON "ml_online_features" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_feature_views" p where p."id" = "ml_online_features"."view_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_online_features" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_critical_policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_critical_policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_critical_policies_owner" ON "ml_critical_policies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_critical_policies_tenant" ON "ml_critical_policies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_critical_policies" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_model_records" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_model_records" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_model_records_owner" ON "ml_model_records" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_model_records_tenant" ON "ml_model_records" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_model_records"."model_id")) and (exists (select from "ml_model_versions" p where p."id" = "ml_model_records"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_model_records" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_prediction_reviews" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_prediction_reviews" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_prediction_reviews_owner" ON "ml_prediction_reviews" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_prediction_reviews_tenant" ON "ml_prediction_reviews" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_prediction_reviews"."model_id")) and (exists (select from "ml_model_versions" p where p."id" = "ml_prediction_reviews"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_prediction_reviews" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_promotion_sign_offs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_promotion_sign_offs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_promotion_sign_offs_owner" ON "ml_promotion_sign_offs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_promotion_sign_offs_tenant" ON "ml_promotion_sign_offs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_promotions" p where p."id" = "ml_promotion_sign_offs"."promotion_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_promotion_sign_offs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_monitor_checks" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_monitor_checks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_monitor_checks_owner" ON "ml_monitor_checks" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_monitor_checks_tenant" ON "ml_monitor_checks" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_monitors" p where p."id" = "ml_monitor_checks"."monitor_id")) and ("ml_monitor_checks"."version_id" is null or exists (select from "ml_model_versions" p where p."id" = "ml_monitor_checks"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_monitor_checks" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_monitor_firings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_monitor_firings" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_monitor_firings_owner" ON "ml_monitor_firings" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_monitor_firings_tenant" ON "ml_monitor_firings" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_monitors" p where p."id" = "ml_monitor_firings"."monitor_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_monitor_firings" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_monitors" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_monitors" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_monitors_owner" ON "ml_monitors" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_monitors_tenant" ON "ml_monitors" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_monitors"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_monitors" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_outcomes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_outcomes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_outcomes_owner" ON "ml_outcomes" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_outcomes_tenant" ON "ml_outcomes" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_predictions" p where p."id" = "ml_outcomes"."id")) and (exists (select from "ml_models" p where p."id" = "ml_outcomes"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_outcomes" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_retrainings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_retrainings" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_retrainings_owner" ON "ml_retrainings" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_retrainings_tenant" ON "ml_retrainings" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_monitors" p where p."id" = "ml_retrainings"."monitor_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_retrainings" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_model_aliases" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_model_aliases" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_model_aliases_owner" ON "ml_model_aliases" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_model_aliases_tenant" ON "ml_model_aliases" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_model_aliases"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_model_aliases" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_model_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_model_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_model_versions_owner" ON "ml_model_versions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_model_versions_tenant" ON "ml_model_versions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_model_versions"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_model_versions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_models" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_models" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_models_owner" ON "ml_models" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_models_tenant" ON "ml_models" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_models" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_promotions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_promotions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_promotions_owner" ON "ml_promotions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_promotions_tenant" ON "ml_promotions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_model_versions" p where p."id" = "ml_promotions"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_promotions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_model_reports" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_model_reports" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_model_reports_owner" ON "ml_model_reports" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_model_reports_tenant" ON "ml_model_reports" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_model_versions" p where p."id" = "ml_model_reports"."version_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_model_reports" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_predictions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_predictions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_predictions_owner" ON "ml_predictions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_predictions_tenant" ON "ml_predictions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_models" p where p."id" = "ml_predictions"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_predictions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_trained_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_trained_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_trained_versions_owner" ON "ml_trained_versions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_trained_versions_tenant" ON "ml_trained_versions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "ml_model_versions" p where p."id" = "ml_trained_versions"."version_id")) and (exists (select from "ml_models" p where p."id" = "ml_trained_versions"."model_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_trained_versions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "ml_trainings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "ml_trainings" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "ml_trainings_owner" ON "ml_trainings" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "ml_trainings_tenant" ON "ml_trainings" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "ml_trainings" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_alert_entries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_alert_entries" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_alert_entries_owner" ON "dashboard_alert_entries" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_alert_entries_tenant" ON "dashboard_alert_entries" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "dashboard_alerts" p where p."id" = "dashboard_alert_entries"."alert_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_alert_entries" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_alerts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_alerts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_alerts_owner" ON "dashboard_alerts" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_alerts_tenant" ON "dashboard_alerts" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_alerts" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_comments" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_comments" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_comments_owner" ON "dashboard_comments" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_comments_tenant" ON "dashboard_comments" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "dashboards" p where p."id" = "dashboard_comments"."dashboard_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_comments" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_versions_owner" ON "dashboard_versions" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_versions_tenant" ON "dashboard_versions" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "dashboards" p where p."id" = "dashboard_versions"."dashboard_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_versions" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboards" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboards" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboards_owner" ON "dashboards" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboards_tenant" ON "dashboards" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboards" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_schedule_runs" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_schedule_runs" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_schedule_runs_owner" ON "dashboard_schedule_runs" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_schedule_runs_tenant" ON "dashboard_schedule_runs" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)) and (exists (select from "dashboard_schedules" p where p."id" = "dashboard_schedule_runs"."schedule_id")));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_schedule_runs" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_schedules" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_schedules" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_schedules_owner" ON "dashboard_schedules" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_schedules_tenant" ON "dashboard_schedules" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_schedules" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "dashboard_shares" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "dashboard_shares" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "dashboard_shares_owner" ON "dashboard_shares" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "dashboard_shares_tenant" ON "dashboard_shares" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "dashboard_shares" TO stroma_tenant;
--> statement-breakpoint
ALTER TABLE "sharing_policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sharing_policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "sharing_policies_owner" ON "sharing_policies" TO CURRENT_USER USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "sharing_policies_tenant" ON "sharing_policies" TO stroma_tenant USING (tenant_id = (select current_setting('stroma.tenant', true))) WITH CHECK (tenant_id = (select current_setting('stroma.tenant', true)));
--> statement-breakpoint
GRANT select, insert, update, delete ON "sharing_policies" TO stroma_tenant;
--> statement-breakpoint
GRANT usage ON SEQUENCE "event_positions" TO stroma_tenant;
--> statement-breakpoint
GRANT usage ON SEQUENCE "events_inserted_seq" TO stroma_tenant;