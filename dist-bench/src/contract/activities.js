export const generateType = (step) => `generateCommand.${step}`;
export const validateType = (step) => `validateResult.${step}`;
