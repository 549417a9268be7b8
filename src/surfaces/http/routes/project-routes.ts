import type { ProjectModel } from '../../../domain/project.js';
import {
  appliedAnswer,
  applyQuery,
  componentList,
  contextList,
  partsQuery,
  projectBody,
  ruleList,
  storyList,
} from '../../../schemas/http-project.js';
import { contentOf } from '../../../schemas/project-content.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers } from '../responses.js';

const tags = ['project'];

export function projectRoutes(app: HttpApp, context: RouteContext): void {
  const { projects } = context;
  app.get(
    '/v1/project',
    {
      config: { role: 'viewer', etag: true },
      schema: {
        tags,
        operationId: 'getProject',
        summary: 'The whole model, as specwright.yaml would say it',
        response: answers({ 200: projectBody }, 404),
      },
    },
    async (request) => contentOf(await projects.read(callerOf(request).scope)),
  );
  app.put(
    '/v1/project',
    {
      config: { role: 'developer' },
      schema: {
        tags,
        operationId: 'applyProject',
        summary: 'Writes what specwright.yaml says into the model and answers what changed; repeatable',
        querystring: applyQuery,
        body: projectBody,
        response: answers({ 200: appliedAnswer }, 404, 409, 413, 415),
      },
    },
    async (request) => {
      const { dryRun = false, prune = false } = request.query;
      const { ok: _ok, ...applied } = await projects.apply(callerOf(request).scope, request.body, { dryRun, prune });
      return applied;
    },
  );
  partRoutes(app, context);
}

function partRoutes(app: HttpApp, { projects }: RouteContext): void {
  const config = { role: 'viewer', etag: true } as const;
  const partsOf = async <K extends 'contexts' | 'components' | 'stories' | 'rules'>(
    part: K,
    request: Parameters<typeof callerOf>[0],
  ): Promise<ProjectModel[K]> => (await projects.read(callerOf(request).scope))[part];
  const inContext = <T extends { readonly context: string }>(parts: readonly T[], context: string | undefined) => ({
    items: context === undefined ? parts : parts.filter((part) => part.context === context),
  });
  const responseOf = <A>(answer: A) => answers({ 200: answer }, 404);
  app.get(
    '/v1/contexts',
    { config, schema: { tags, operationId: 'listContexts', summary: 'Contexts', response: responseOf(contextList) } },
    async (request) => ({ items: await partsOf('contexts', request) }),
  );
  app.get(
    '/v1/components',
    {
      config,
      schema: {
        tags,
        operationId: 'listComponents',
        summary: 'Components, those that sessions designed too',
        querystring: partsQuery,
        response: responseOf(componentList),
      },
    },
    async (request) => inContext(await partsOf('components', request), request.query.context),
  );
  app.get(
    '/v1/stories',
    {
      config,
      schema: {
        tags,
        operationId: 'listStories',
        summary: 'Stories',
        querystring: partsQuery,
        response: responseOf(storyList),
      },
    },
    async (request) => inContext(await partsOf('stories', request), request.query.context),
  );
  app.get(
    '/v1/rules',
    { config, schema: { tags, operationId: 'listRules', summary: 'Rules', response: responseOf(ruleList) } },
    async (request) => ({ items: await partsOf('rules', request) }),
  );
}
