import type { Member } from '../../../api/access.js';
import { RefusedError } from '../../../api/sessions.js';
import {
  createdKey,
  keyList,
  keyPath,
  keyRequest,
  meAnswer,
  memberAnswer,
  memberList,
  memberPath,
  memberRequest,
  newMemberPath,
} from '../../../schemas/http-access.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers, empty } from '../responses.js';

const tags = ['access'];
const config = { role: 'admin' } as const;

export function accessRoutes(app: HttpApp, context: RouteContext): void {
  app.get(
    '/v1/me',
    {
      config: { role: 'viewer', etag: true },
      schema: { tags, operationId: 'getMe', summary: 'Whom the key stands for', response: answers({ 200: meAnswer }) },
    },
    async (request) => {
      const { scope, role, keyId } = callerOf(request);
      return { ...scope, role, keyId };
    },
  );
  keyRoutes(app, context);
  keyChangeRoutes(app, context);
  memberReadRoutes(app, context);
  memberChangeRoutes(app, context);
}

function keyRoutes(app: HttpApp, { access }: RouteContext): void {
  app.get(
    '/v1/keys',
    {
      config: { ...config, etag: true },
      schema: { tags, operationId: 'listKeys', summary: 'Keys of the project', response: answers({ 200: keyList }) },
    },
    async (request) => ({ items: await access.listKeys(callerOf(request).scope) }),
  );
  app.post(
    '/v1/keys',
    {
      config,
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'A new key for the calling user; the answer is the only place that shows it',
        body: keyRequest,
        response: answers({ 201: createdKey }, 413, 415),
      },
    },
    async (request, reply) => {
      const key = await access.createKey(callerOf(request), request.body);
      return reply.code(201).send(key);
    },
  );
}

function keyChangeRoutes(app: HttpApp, { access }: RouteContext): void {
  app.post(
    '/v1/keys/:keyId/rotate',
    {
      config,
      schema: {
        tags,
        operationId: 'rotateKey',
        summary: 'A new secret for the same key; the old one ends at once',
        params: keyPath,
        response: answers({ 200: createdKey }, 404),
      },
    },
    async (request) => access.rotateKey(callerOf(request).scope, request.params.keyId),
  );
  app.delete(
    '/v1/keys/:keyId',
    {
      config,
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Ends a key; repeating it changes nothing',
        params: keyPath,
        response: answers({ 204: empty('Revoked') }, 404),
      },
    },
    async (request, reply) => {
      await access.revokeKey(callerOf(request).scope, request.params.keyId);
      return reply.code(204).send(null);
    },
  );
}

function memberReadRoutes(app: HttpApp, { access }: RouteContext): void {
  app.get(
    '/v1/members',
    {
      config: { ...config, etag: true },
      schema: { tags, operationId: 'listMembers', summary: 'Members', response: answers({ 200: memberList }) },
    },
    async (request) => ({ items: await access.listMembers(callerOf(request).scope) }),
  );
  app.get(
    '/v1/members/:userId',
    {
      config: { ...config, etag: true },
      schema: {
        tags,
        operationId: 'getMember',
        summary: 'One member',
        params: memberPath,
        response: answers({ 200: memberAnswer }, 404),
      },
    },
    async (request) => memberOf(await access.listMembers(callerOf(request).scope), request.params.userId),
  );
}

function memberChangeRoutes(app: HttpApp, { access }: RouteContext): void {
  app.put(
    '/v1/members/:userId',
    {
      config,
      schema: {
        tags,
        operationId: 'putMember',
        summary: 'Adds a member, or changes name and role',
        params: newMemberPath,
        body: memberRequest,
        response: answers({ 200: memberAnswer }, 413, 415),
      },
    },
    async (request) => access.putMember(callerOf(request).scope, { ...request.params, ...request.body }),
  );
  app.delete(
    '/v1/members/:userId',
    {
      config,
      schema: {
        tags,
        operationId: 'removeMember',
        summary: "Removes a member and ends the member's keys",
        params: memberPath,
        response: answers({ 204: empty('Removed') }, 404),
      },
    },
    async (request, reply) => {
      await access.removeMember(callerOf(request).scope, request.params.userId);
      return reply.code(204).send(null);
    },
  );
}

function memberOf(members: readonly Member[], userId: string): Member {
  const found = members.find((member) => member.userId === userId);
  if (found) return found;
  throw new RefusedError({ code: 'not_found', message: 'no such member', fix: 'check the id' });
}
