import { type Permission, projectRoles, reaches, sensitivities } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, userColumn } from '../identity/identity.tables.ts';

export const customRoles = pgTable(
  'custom_roles',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    permissions: jsonb('permissions').$type<Permission[]>().notNull(),
    ownOnly: jsonb('own_only').$type<Permission[]>().notNull(),
    clearance: text('clearance', { enum: sensitivities }).notNull(),
    reach: text('reach', { enum: reaches }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('custom_roles_name').on(table.tenantId, sql`lower(name)`)],
);

/** What refines one member's role. No row: nothing does. */
export const memberAttributes = pgTable(
  'member_attributes',
  {
    userId: userColumn().primaryKey(),
    tenantId: tenantColumn(),
    clearance: text('clearance', { enum: sensitivities }),
    sites: jsonb('sites').$type<string[]>(),
    accessFrom: moment('access_from'),
    accessUntil: moment('access_until'),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('member_attributes_tenant').on(table.tenantId)],
);

export const projects = pgTable(
  'projects',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    archivedAt: moment('archived_at'),
  },
  (table) => [uniqueIndex('projects_name').on(table.tenantId, sql`lower(name)`)],
);

const project = () =>
  text('project_id')
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' });

export const projectMembers = pgTable(
  'project_members',
  {
    projectId: project(),
    userId: userColumn(),
    tenantId: tenantColumn(),
    role: text('role', { enum: projectRoles }).notNull().default('member'),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    index('project_members_user').on(table.userId),
  ],
);

/** What narrows one thing beside its owner and sensitivity, which its own table holds. No row: nothing does. */
export const resourceAttributes = pgTable(
  'resource_attributes',
  {
    resourceId: text('resource_id').primaryKey(),
    tenantId: tenantColumn(),
    site: text('site'),
    purposes: jsonb('purposes').$type<string[]>().notNull(),
    opensAt: moment('opens_at'),
    closesAt: moment('closes_at'),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('resource_attributes_tenant').on(table.tenantId)],
);

export const resourceProjects = pgTable(
  'resource_projects',
  { resourceId: text('resource_id').notNull(), projectId: project(), tenantId: tenantColumn() },
  (table) => [
    primaryKey({ columns: [table.resourceId, table.projectId] }),
    index('resource_projects_tenant').on(table.tenantId, table.projectId),
  ],
);

/** One permission on one thing for one member. */
export const resourceGrants = pgTable(
  'resource_grants',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    resourceId: text('resource_id').notNull(),
    userId: userColumn(),
    permission: text('permission').$type<Permission>().notNull(),
    expiresAt: moment('expires_at'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('resource_grants_one').on(table.resourceId, table.userId, table.permission),
    index('resource_grants_user').on(table.tenantId, table.userId),
  ],
);

/** What things may be kept for, as the organisation lists it. */
export const purposes = pgTable(
  'purposes',
  {
    tenantId: tenantColumn(),
    purpose: text('purpose').notNull(),
    description: text('description').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    retiredAt: moment('retired_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.purpose] })],
);
