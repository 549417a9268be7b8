/** The same as in `specwright.yaml`, where the type comes to stand (src/schemas/project-file-schema.ts). */
const COMPONENT_TYPE = /^[A-Za-z][A-Za-z0-9 _-]*$/;
const MAX_TYPE = 200;

/** Why a component type is refused, to be read after what it is the type of; null when it is fine. */
export function componentTypeFault(type: string): string | null {
  if (type === '') return 'is empty';
  if (type.length > MAX_TYPE) return `is longer than ${MAX_TYPE} characters`;
  return COMPONENT_TYPE.test(type) ? null : 'must be letters, digits, spaces, _ and -, beginning with a letter';
}
