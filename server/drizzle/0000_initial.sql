CREATE SEQUENCE "public"."event_positions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
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
CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"inserted" bigserial NOT NULL,
	"position" bigint,
	"tenant_id" text NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"data" jsonb NOT NULL,
	"time" timestamp (3) with time zone NOT NULL
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
CREATE TABLE "provenance_derivations" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"document" text NOT NULL,
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
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
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
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
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
CREATE TABLE "dataset_joins" (
	"tenant_id" text NOT NULL,
	"version_a" text NOT NULL,
	"version_b" text NOT NULL,
	"joins" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dataset_joins_version_a_version_b_pk" PRIMARY KEY("version_a","version_b")
);
--> statement-breakpoint
CREATE TABLE "queries" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"question" text,
	"sql" text,
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
	"created_at" timestamp (3) with time zone NOT NULL
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
ALTER TABLE "provenance_links" ADD CONSTRAINT "provenance_links_derivation_id_provenance_derivations_id_fk" FOREIGN KEY ("derivation_id") REFERENCES "public"."provenance_derivations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
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
CREATE INDEX "llm_calls_tenant_time" ON "llm_calls" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "provenance_derivations_tenant" ON "provenance_derivations" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "provenance_links_entity" ON "provenance_links" USING btree ("tenant_id","entity_id","role");--> statement-breakpoint
CREATE INDEX "audit_events_tenant" ON "audit_events" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_action" ON "audit_events" USING btree ("tenant_id","action","id");--> statement-breakpoint
CREATE INDEX "audit_events_actor" ON "audit_events" USING btree ("tenant_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_object" ON "audit_events" USING btree ("tenant_id","object_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_links_event" ON "audit_links" USING btree ("event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_provider" ON "accounts" USING btree ("provider_id","account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_token" ON "sessions" USING btree ("token");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "signatures_object" ON "signatures" USING btree ("tenant_id","object_kind","object_id","id");--> statement-breakpoint
CREATE INDEX "signatures_signer" ON "signatures" USING btree ("tenant_id","signer_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_versions_number" ON "dataset_versions" USING btree ("dataset_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_versions_identity" ON "dataset_versions" USING btree ("dataset_id","identity");--> statement-breakpoint
CREATE INDEX "dataset_versions_tenant_source" ON "dataset_versions" USING btree ("tenant_id","source_sha256");--> statement-breakpoint
CREATE INDEX "dataset_versions_tenant_identity" ON "dataset_versions" USING btree ("tenant_id","identity");--> statement-breakpoint
CREATE UNIQUE INDEX "datasets_table_name" ON "datasets" USING btree ("tenant_id","table_name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "datasets_updated" ON "datasets" USING btree ("tenant_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "datasets_deleted" ON "datasets" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "dataset_joins_b" ON "dataset_joins" USING btree ("version_b");--> statement-breakpoint
CREATE INDEX "queries_user" ON "queries" USING btree ("tenant_id","user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "uploads_tenant" ON "uploads" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "uploads_unfinished" ON "uploads" USING btree ("status","updated_at");