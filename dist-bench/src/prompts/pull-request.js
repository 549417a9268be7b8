/** Title and body of the delivery; for a plain remote this text, with git's compare text, is the pull request. */
export function pullRequestText(facts, branch, commit, compare) {
    const { session, project, components, children } = facts;
    const attempts = new Map(children.map((child) => [child.component, child]));
    const built = session.component === null ? components : components.filter(({ name }) => name === session.component);
    const rows = built.map(({ name, type }) => {
        const child = attempts.get(name);
        return `| ${name} | ${type} | ${child?.attempt ?? session.attempt} | ${child?.fixRounds ?? '–'} |`;
    });
    const body = [
        `Branch \`${branch}\` into \`${project.defaultBranch}\`, tip \`${commit}\`.`,
        '| component | type | attempts | rounds of fixing |\n| --- | --- | --- | --- |\n' + rows.join('\n'),
        'The tests of every component listed passed on this branch.',
        `Specwright-Session: ${session.id}`,
    ];
    return { title: `Implement ${session.component ?? session.context}`, body: body.join('\n\n'), compare };
}
