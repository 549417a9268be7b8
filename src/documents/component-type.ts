export { componentTypeFault } from '../domain/names.js';
