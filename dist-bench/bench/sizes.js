export const FULL = {
    reports: { repeats: 9, seconds: 5 },
    starts: { repeats: 10 },
    children: { repeats: 3 },
    kill: { waiting: 9, insideTask: 5 },
};
/** Under two minutes in all. */
export const QUICK = {
    reports: { repeats: 3, seconds: 2 },
    starts: { repeats: 5 },
    children: { repeats: 1 },
    kill: { waiting: 3, insideTask: 0 },
};
