import { createServer } from 'node:net';
/** `count` different ports of 127.0.0.1 that nothing listens on now; a caller still has to bear losing one in a race. */
export async function freePorts(count) {
    const servers = await Promise.all(Array.from({ length: count }, listen));
    const ports = servers.map((server) => {
        const address = server.address();
        if (address === null || typeof address === 'string')
            throw new Error('a listening socket has no port');
        return address.port;
    });
    await Promise.all(servers.map((server) => new Promise((done) => void server.close(() => done()))));
    return ports;
}
function listen() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server));
    });
}
